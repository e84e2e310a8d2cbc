"""Tools of the analyst, one a file: they read what their user may read, compute, and write nothing."""
