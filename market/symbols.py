"""How a symbol is spelled."""

from __future__ import annotations

import re

SYMBOL_PATTERN = r"^[A-Z0-9][A-Z0-9.\-]{0,15}\Z"
_SYMBOL = re.compile(SYMBOL_PATTERN)


def symbol_normalise(text: str) -> str:
    """The one spelling under which a symbol is stored: no blanks around it, upper case."""
    return text.strip().upper()


def is_symbol(text: str) -> bool:
    """Whether a normalised symbol can be stored."""
    return _SYMBOL.match(text) is not None
