"""The building around the rooms: settings, addresses, processes, and the services they need."""
