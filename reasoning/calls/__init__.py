"""What was asked of language models, attempt by attempt, what they answered, and what it took."""
