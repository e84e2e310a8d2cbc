"""The operator's page: how the installation does, over all users, measured now."""
