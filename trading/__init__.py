"""The core: what decides and counts, in plain Python. No Django, no network, no clock of its own."""
