"""What a topic of the built-in analyst is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agents.system_agent.builtin.reading import Found
from agents.tools.base import Asking

AGAIN = " again"


class Results(dict[str, Found]):
    """What was found by tool, for whoever words the answer; a tool's second result stands under its name and “ again”."""

    def __init__(self, question: str = "") -> None:
        super().__init__()
        self.question = question

    def keep(self, tool: str, found: Found) -> None:
        self[tool + AGAIN if tool in self else tool] = found


# A tool with its arguments in JSON, by what was found before.
Use = Callable[[Results], "tuple[str, str] | None"]
FEW = 30  # trades; with fewer, everything may be chance
FEW_WORDS = "These are few trades: much of this may be chance."


@dataclass(frozen=True)
class Intent:
    """Something that people ask for: how they say it, which tools it takes, how the answer is worded."""

    name: str
    pattern: re.Pattern[str]
    uses: Callable[[str, Asking], Sequence[Use]]
    write: Callable[[Results], str]
    fits: Callable[[Asking], bool] = lambda asking: True  # in which conversations it can be meant


def words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


def tool(name: str, **arguments: Any) -> Use:
    """A tool that is used whatever was found before."""
    return lambda found: (name, json.dumps(arguments))


def always(*uses: Use) -> Callable[[str, Asking], Sequence[Use]]:
    return lambda question, asking: uses
