"""What stands beside a run, and whether its result is more than luck."""
