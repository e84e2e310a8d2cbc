"""What a topic of the built-in analyst is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.system_agent.builtin.reading import Found
from agents.tools.base import Asking

Results = Mapping[str, Found]  # by tool
Use = Callable[
    [Results], "tuple[str, str] | None"
]  # a tool with its arguments in JSON, by what was found before
FEW = 30  # trades; with fewer, everything may be chance
FEW_WORDS = "These are few trades: much of this may be chance."


@dataclass(frozen=True)
class Intent:
    """Something that people ask for: how they say it, which tools it takes, how the answer is worded."""

    name: str
    pattern: re.Pattern[str]
    uses: Callable[[str, Asking], Sequence[Use]]
    write: Callable[[Results], str]


def words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


def tool(name: str, **arguments: Any) -> Use:
    """A tool that is used whatever was found before."""
    return lambda found: (name, json.dumps(arguments))


def always(*uses: Use) -> Callable[[str, Asking], Sequence[Use]]:
    return lambda question, asking: uses
