"""What a kind of rule is, what it may look at, and what it answers. docs/rule-kinds.md tells how to add one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)

from rules.limits import EffectiveLimits
from rules.market_view import MarketView, Missing
from rules.proposal import Proposal
from rules.snapshot import RuleSpec
from trading.ledger import Account
from trading.positions import Position

__all__ = [
    "BadRule",
    "ClockTime",
    "Kind",
    "Missing",
    "Need",
    "RuleParams",
    "Situation",
    "Symbols",
    "Verb",
    "Violation",
]

CATEGORIES = frozenset(
    ["position_sizing", "risk", "timing", "entry_exit", "stop_loss", "screening", "strategy", "emergency"]
)


class BadRule(Exception):
    """The rule cannot be enforced as it stands; the message says what was found and what is wanted."""


class Verb(StrEnum):
    """What is done when a rule is violated. Closing orders pass whatever the verb is."""

    REJECT_TRADE = "reject_trade"  # the order is denied
    RESIZE = "resize"  # the order is made as small as it must be to pass everything
    SKIP_MINUTE = "skip_minute"  # no order of this step opens anything
    STOP_TRADING = "stop_trading"  # nothing is opened until the session ends
    FORCE_LIQUIDATE = "force_liquidate"  # what is held is closed at market, and nothing opened meanwhile


class Need(StrEnum):
    """Data that not every run has. A rule that needs what a run lacks denies whatever it looks at, and says so."""

    QUOTES = "quotes"
    SECTORS = "sectors"
    HISTORY = "history"  # daily bars from before the run


def _clock(value: object) -> time:
    found = value
    if isinstance(found, str):
        try:
            found = time.fromisoformat(found.strip())
        except ValueError:
            found = None
    if not isinstance(found, time) or found.tzinfo or found.second or found.microsecond:
        raise ValueError(f"Should be a time of the exchange's day such as 09:35, was {value!r:.20}")
    return found


def _symbols(values: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value.strip().upper() for value in values))
    if not all(found):
        raise ValueError("Symbols should have at least one character")
    return found


ClockTime = Annotated[time, BeforeValidator(_clock), PlainSerializer(lambda value: f"{value:%H:%M}", str)]
Symbols = Annotated[tuple[str, ...], AfterValidator(_symbols), Field(min_length=1)]


class RuleParams(BaseModel):
    """What a user sets. Every field has its unit in its name, bounds, a description and examples; none is a float."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_as_number(cls, value: object, info: ValidationInfo) -> object:
        # True would pass for 1 otherwise.
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation is not bool:
            raise ValueError(f"Should not be true or false, was {str(value).lower()}")
        return value


class Violation(NamedTuple):
    """One objection. The door gives it the rule's name and version and does what the verb says."""

    code: str  # one of the kind's codes
    message: (
        str  # one sentence a trader can read, with units: "AAPL would be 23.10 % of equity; 20 % is allowed."
    )
    limit: Decimal | None = None
    attempted: Decimal | None = None
    unit: str = ""  # "%", "$", "shares", "minutes"…
    symbol: str = ""  # whom it is about; "": everything that the rule looks at


class Scope:
    """Which symbols a rule looks at."""

    __slots__ = ("_known", "_options", "_rule")

    def __init__(self, rule: RuleSpec, option_symbols: frozenset[str] = frozenset()) -> None:
        self._rule, self._options = rule, option_symbols
        self._known: dict[str, bool] = {}

    def __contains__(self, symbol: str) -> bool:
        found = self._known.get(symbol)
        if found is None:
            asset = "option" if symbol in self._options else "equity"
            found = self._known[symbol] = self._rule.looks_at(symbol, asset)
        return found


class Situation(NamedTuple):
    """All that a rule may look at, as of the simulated clock. Looking changes nothing."""

    account: Account
    market: MarketView
    limits: EffectiveLimits
    scope: Scope

    def held(self) -> Iterator[Position]:
        """The positions that the rule looks at, by symbol."""
        for symbol, position in sorted(self.account.positions.items()):
            if symbol in self.scope:
                yield position


P = TypeVar("P", bound=RuleParams)


def _no_problem(params: Any) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[P]):
    """A kind of rule. Its functions are pure: they look, answer with every violation, and change nothing.

    Opening orders are put to `judge`, or without one to `watch`. `watch` is asked once a bar, before the decider, where the
    verb may act by itself. Closing orders are put to no rule: nobody is trapped in a position. Equality passes. What
    is not known raises Missing, and nothing is opened.
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
    problem_of: Callable[[P], str | None] = _no_problem  # why nothing could ever pass, for an editor
    caps: Callable[[P], Mapping[str, Decimal]] | None = (
        None  # by name in limits.NUMBER_KINDS, to be compared there
    )

    def __post_init__(self) -> None:
        verbs = set(self.verbs)
        assert self.category in CATEGORIES, f"{self.name}: there is no category {self.category}"
        assert self.verbs, f"{self.name} should have a verb"
        assert self.judge or self.watch, f"{self.name} should judge or watch"
        assert self.judge or Verb.RESIZE not in verbs, f"{self.name} can't resize what it does not judge"
        by_itself = {Verb.SKIP_MINUTE, Verb.FORCE_LIQUIDATE}
        assert self.watch or not by_itself & verbs, f"{self.name} should watch to skip or to liquidate"

    def sentence(self, params: P, verb: str) -> str:
        """The whole rule in plain English: the limit, and what happens beyond it."""
        return f"{self.says(params)} {CONSEQUENCES[Verb(verb)]}".rstrip()


CONSEQUENCES = {
    Verb.REJECT_TRADE: "",
    Verb.RESIZE: "Larger orders are made smaller to fit.",
    Verb.SKIP_MINUTE: "Meanwhile nothing is opened.",
    Verb.STOP_TRADING: "Otherwise nothing more is opened until the session ends.",
    Verb.FORCE_LIQUIDATE: "Otherwise it is closed at market.",
}
