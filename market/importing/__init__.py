"""From a file to bars that can be trusted: read in chunks, parse, check, and say what was wrong. Knows no database."""
