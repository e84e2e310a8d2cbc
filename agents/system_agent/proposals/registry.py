"""The makers of proposals by name. A new one is a file and a line here."""

from __future__ import annotations

from typing import Any

from agents.system_agent.proposals import instructions, rule, run
from agents.system_agent.proposals.base import Maker

MAKERS: dict[str, Maker[Any]] = {module.MAKER.name: module.MAKER for module in (rule, instructions, run)}
