"""A section of the report: named figures, each carrying its definition, and nothing that JSON cannot hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, get_args, get_type_hints

Figure = float | int | str | None


class Definition(NamedTuple):
    """What a page shows beside a figure: its name, unit, formula and where the formula comes from."""

    label: str
    unit: str  # "fraction", "ratio", "USD", "seconds", "count", "time", "text" or "flag"
    formula: str
    source: str


@dataclass(frozen=True)
class Section:
    """Figures of one kind. Undefined is None; a NaN or an infinity is a bug and refused. Times are named …_at."""

    title: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{field.name} should be a finite number or None, was {value}")

    def to_json(self) -> dict[str, Figure]:
        """Return the figures as JSON values; times become ISO 8601 text."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Figure]) -> Self:
        """Rebuild what `to_json` wrote. Refuses missing and unknown names with a ValueError."""
        names = {field.name for field in fields(cls)}
        if names != values.keys():
            missing, unknown = sorted(names - values.keys()), sorted(values.keys() - names)
            raise ValueError(
                f"{cls.__name__} should have exactly its fields; missing {missing}, unknown {unknown}"
            )
        read: dict[str, Any] = {
            name: datetime.fromisoformat(value) if isinstance(value, str) and name.endswith("_at") else value
            for name, value in values.items()
        }
        return cls(**read)


def definitions_of(section: type[Section]) -> dict[str, Definition]:
    """Return the definition of every field of a section, in the order of its fields.

    Raises TypeError for a field that carries none: a figure nobody can explain is not reported.
    """
    hints = get_type_hints(section, include_extras=True)
    found: dict[str, Definition] = {}
    for field in fields(section):
        definition = next((m for m in get_args(hints[field.name]) if isinstance(m, Definition)), None)
        if definition is None:
            raise TypeError(f"{section.__name__}.{field.name} should carry a Definition")
        found[field.name] = definition
    return found
