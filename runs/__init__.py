"""The spine: one execution of a Model over fixed data, its states, its lease, its events, its result."""
