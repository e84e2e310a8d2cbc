"""How messages look: Markdown that does nothing but look, cards of tools from their results, proposals, errors."""
