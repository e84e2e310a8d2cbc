"""The kinds of rules and their parameters in a few words, for whoever has to name them."""

from __future__ import annotations

from typing import Any

from rules.kinds import KINDS, Kind

LONGEST_EXAMPLE = 24


def in_short(kind: Kind[Any]) -> str:
    """ "blackout(start e.g. 09:30, end e.g. 09:35)" """
    fields = kind.params.model_fields
    return f"{kind.name}({', '.join(named(name, field.examples) for name, field in fields.items())})"


def named(name: str, examples: list[Any] | None) -> str:
    example = str(examples[0])[:LONGEST_EXAMPLE] if examples else ""
    return f"{name} e.g. {example}" if example else name


KINDS_IN_SHORT = ", ".join(in_short(kind) for kind in KINDS.values())
