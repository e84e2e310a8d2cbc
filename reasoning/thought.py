"""A thought on its way into the log: a plan, an analysis or a reflection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Thought:
    """What a decider thought at one simulated moment, apart from its decisions. A failed one has a code and no content."""

    kind: Literal["plan", "analysis", "reflection"]
    step: int  # 0: before the first bar
    at: datetime
    content: str = ""
    failure_code: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
