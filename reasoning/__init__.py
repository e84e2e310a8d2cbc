"""The append-only log: what a trader thought, answered and was told, step by step."""
