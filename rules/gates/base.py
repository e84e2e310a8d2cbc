"""What a gate is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict

Check = Callable[[Proposal, Account, EffectiveLimits], Sequence[Verdict]]

PASSED: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """A check that nobody can switch off. `check` is pure: it looks, answers with every violation, changes nothing."""

    name: str
    sentence: str  # when it blocks, for a trader to read; docs/gates.md is made of these
    codes: Mapping[str, str]  # each verdict code and what it means
    check: Check
    judges_closing: bool = (
        False  # closing orders too; a user is never trapped by size, cash, count or breaker
    )
    needs_size: bool = False  # judges only orders with a sane quantity and a known price
