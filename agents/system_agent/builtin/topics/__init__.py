"""What the built-in analyst can talk about, one subject a file: patterns, the tools they mean, and the words for results."""
