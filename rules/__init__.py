"""What is allowed: limits, gates and the one door that approves orders."""
