"""A copy of everything in the database in one file, and an empty database filled from it."""
