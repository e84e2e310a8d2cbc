"""Django bases that every room stands on: owned rows, row-level security, errors, the API base, live events."""
