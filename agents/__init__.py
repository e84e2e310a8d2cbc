"""Everything that thinks: the trading session loop, the deciders, and later the system agent."""
