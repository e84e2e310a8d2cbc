"""A user's Models beside each other as if they were one account."""
