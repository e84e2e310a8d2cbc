"""How a Model's orders fill and what they cost, as its owner chooses it. `docs/fills.md` explains every convention."""
