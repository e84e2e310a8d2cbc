"""What a kind of rule is. Everything that one is written with is imported from here; see docs/rule-kinds.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

from rules.market_view import Missing as Missing
from rules.proposal import Proposal as Proposal
from rules.rule_params import ClockTime as ClockTime
from rules.rule_params import RuleParams as RuleParams
from rules.rule_params import Symbols as Symbols
from rules.situation import Scope as Scope
from rules.situation import Situation as Situation
from rules.verbs import CONSEQUENCES
from rules.verbs import Need as Need
from rules.verbs import Verb as Verb

CATEGORIES = frozenset(
    ["position_sizing", "risk", "timing", "entry_exit", "stop_loss", "screening", "strategy", "emergency"]
)


class BadRule(Exception):
    """The rule cannot be enforced as it stands; the message says what was found and what is wanted."""


class Violation(NamedTuple):
    """One objection. The door gives it the rule's name and version, and does what the verb says."""

    code: str  # one of the kind's codes
    message: (
        str  # one sentence a trader can read, with units: "AAPL would be 23.10 % of equity; 20 % is allowed."
    )
    limit: Decimal | None = None
    attempted: Decimal | None = None
    unit: str = ""  # "%", "$", "shares", "minutes"…
    symbol: str = ""  # whom it is about; "": everything that the rule looks at


P = TypeVar("P", bound=RuleParams)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[P]):
    """A kind of rule. Its functions are pure: they look, answer with every violation, and change nothing.

    Opening orders are put to `judge`, or without one to `watch`, which is also asked once a bar, before the decider, where
    the verb may act by itself. Closing orders are put to no rule. Equality passes. What is not known raises Missing.
    """

    name: str
    title: str
    category: str
    params: type[P]
    verbs: tuple[Verb, ...]  # those that make sense, the usual one first
    codes: Mapping[str, str]  # each verdict code and what it means
    says: Callable[[P], str]  # the limit in plain English, one sentence
    judge: Callable[[P, Proposal, Situation], Sequence[Violation]] | None = None
    watch: Callable[[P, Situation], Sequence[Violation]] | None = None
    needs: frozenset[Need] = frozenset()
    problem_of: Callable[[Any], str | None] = lambda params: None  # why nothing could ever pass
    bars_wanted: Callable[[P], int] | None = None  # closed bars of a symbol, before any of it passes
    caps: Callable[[P], Mapping[str, Decimal]] | None = None  # the same limit by name in limits.NUMBER_KINDS

    def __post_init__(self) -> None:
        assert self.category in CATEGORIES, f"{self.name}: there is no category {self.category}"
        assert self.verbs, f"{self.name} should have a verb"
        assert self.judge or self.watch, f"{self.name} should judge or watch"
        assert self.judge or Verb.RESIZE not in self.verbs, f"{self.name} can't resize what it does not judge"
        acts = {Verb.SKIP_MINUTE, Verb.FORCE_LIQUIDATE} & set(self.verbs)
        assert self.watch or not acts, f"{self.name} should watch to skip or to liquidate"

    def sentence(self, params: P, verb: str) -> str:
        """The whole rule in plain English: the limit and, where that is a choice, what happens beyond it."""
        consequence = CONSEQUENCES[Verb(verb)] if len(self.verbs) > 1 else ""
        return f"{self.says(params)} {consequence}".rstrip()
