"""What each rule and gate of a finished run earned: the same decisions with and without it."""
