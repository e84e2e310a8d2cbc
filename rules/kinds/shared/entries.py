"""Rules about entries of one direction or of both."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from rules.kinds.base import Proposal, RuleParams
from trading.types import Side


class Entries(StrEnum):
    LONG = "long"
    SHORT = "short"
    BOTH = "both"

    def hold(self, order: Proposal) -> bool:
        """Whether an opening order is one of these entries."""
        return self is Entries.BOTH or (order.side is Side.BUY) == (self is Entries.LONG)

    def verb(self) -> str:
        return "Enter" if self is Entries.BOTH else f"Enter {self.value} positions"


class EntryParams(RuleParams):
    entries: Entries = Field(Entries.BOTH, description="Which entries have to wait for it")
