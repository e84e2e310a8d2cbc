"""Rules tried on past runs, and rules written from a sentence by a language model."""
