"""What compares runs and needs rooms on several floors: the API, runs started again, batches of them."""
