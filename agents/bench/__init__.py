"""How fast sessions run: the same walk, deciders, gates and tables as a run's, over bars from a file."""
