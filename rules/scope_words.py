"""Whom a rule looks at, in words."""

from __future__ import annotations

from collections.abc import Sequence

ASSETS = {"equity": "shares", "option": "options", "crypto": "crypto", "future": "futures"}


def scope_words(assets: Sequence[str], only: Sequence[str] | None, without: Sequence[str]) -> str:
    """only SPY, IBM · not TSLA · options; "" where it looks at all shares."""
    parts = []
    if only:
        parts.append(f"only {', '.join(only)}")
    if without:
        parts.append(f"not {', '.join(without)}")
    if list(assets) != ["equity"]:
        parts.append(" and ".join(ASSETS.get(asset, asset) for asset in assets))
    return " · ".join(parts)
