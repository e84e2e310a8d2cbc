"""Who trades: a user's limits and their AI traders."""
