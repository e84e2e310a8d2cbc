"""A scripted endpoint: a real HTTP server that speaks chat completions, for tests and for a demo without a key."""
