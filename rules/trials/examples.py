"""Examples of a rule: what passes and what does not, as near to its limit as they can be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from rules.kinds import BadRule
from rules.kinds.base import Verb
from rules.limits import effective_limits
from rules.rule_checks import read
from rules.snapshot import RuleSpec
from rules.trials import axes, traits
from rules.trials.asking import Trial
from rules.trials.axes import Axis
from rules.trials.case import Case

WANTED = 2  # of each
SPARE = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH")
MOST_SYMBOLS = 30

SIZES, SPREADING, LOSING = axes.sizes, axes.spreading, axes.losing
MINUTES, HOLDING, TRADING = axes.minutes, axes.holding, axes.trading
AGAIN, ORDERS, DAYS, SYMBOLS = axes.again, axes.kinds_of_order, axes.days, traits.symbols
# What usually shows a rule of a category comes first; where it doesn't, the others are tried.
FIRST: dict[str, Sequence[Axis]] = {
    "position_sizing": (SIZES,),
    "risk": (SIZES, SPREADING, LOSING, TRADING),
    "timing": (MINUTES, AGAIN, HOLDING, DAYS),
    "entry_exit": (SYMBOLS, MINUTES, HOLDING),
    "stop_loss": (HOLDING,),
    "screening": (SYMBOLS, MINUTES),
    "strategy": (ORDERS, HOLDING, AGAIN),
    "emergency": (LOSING, MINUTES, HOLDING),
}
ALL: Sequence[Axis] = (SIZES, MINUTES, SYMBOLS, ORDERS, SPREADING, HOLDING, LOSING, TRADING, AGAIN, DAYS)


class Examples(NamedTuple):
    passing: Sequence[Trial]
    failing: Sequence[Trial]

    @property
    def is_complete(self) -> bool:
        return len(self.passing) == len(self.failing) == WANTED


def examples_of(
    spec: RuleSpec, *, cash: Decimal, is_margin: bool = False, symbols: Sequence[str] = ()
) -> Examples:
    """Two of each where they can be found, executed by the door that every run has, with this one rule.

    `symbols` are such as the Model trades. A rule that cannot be read has no examples.
    """
    try:
        case = case_of(spec, cash, is_margin, symbols)
    except BadRule:
        return Examples((), ())
    chosen, others = Chosen(), Chosen()
    for row in rows(case, spec):
        known = [trial for trial in row if trial.is_known]
        for trial in borders(known):
            chosen.add(trial)
        for trial in known:
            others.add(trial)
        if chosen.is_complete:
            break
    for trial in (*others.passing, *others.failing):
        chosen.add(trial)
    return Examples(chosen.passing, chosen.failing)


@dataclass
class Chosen:
    passing: list[Trial] = field(default_factory=list)
    failing: list[Trial] = field(default_factory=list)

    def add(self, trial: Trial) -> None:
        found = self.passing if trial.passed else self.failing
        if len(found) < WANTED and all(trial.words != other.words for other in found):
            found.append(trial)

    @property
    def is_complete(self) -> bool:
        return len(self.passing) == len(self.failing) == WANTED


def case_of(spec: RuleSpec, cash: Decimal, is_margin: bool, symbols: Sequence[str]) -> Case:
    kind, params = read(spec)
    alone = effective_limits({**OPEN, "rules": [spec.model_dump()]})
    named = [str(symbol) for symbol in getattr(params, "symbols", ())]
    known = list(dict.fromkeys([*(spec.applies_to_symbols or ()), *symbols, *named, *SPARE]))
    known.sort(key=lambda symbol: not spec.looks_at(symbol, "equity"))
    return Case(
        limits=alone,
        params={name: getattr(params, name) for name in type(params).model_fields},
        category=kind.category,
        symbols=tuple(known[:MOST_SYMBOLS]),
        cash=cash,
        is_margin=is_margin,
    )


def rows(case: Case, spec: RuleSpec) -> Iterator[list[Trial]]:
    kind, params = read(spec)
    axes: Sequence[Axis] = (*FIRST[case.category], *ALL)
    if spec.verb == Verb.FORCE_LIQUIDATE:
        axes = (HOLDING, *axes)
    if kind.problem_of(params):
        axes = axes[:1]  # there is no limit to be found
    for axis in dict.fromkeys(axes):
        yield from axis(case)


def borders(row: Sequence[Trial]) -> Iterator[Trial]:
    """Neighbours of which one passes and the other does not; where that happens once, the ends of the row too."""
    changes = [place for place in range(1, len(row)) if row[place - 1].passed != row[place].passed]
    for place in changes:
        yield row[place - 1]
        yield row[place]
    if len(changes) == 1:
        yield row[0]
        yield row[-1]


OPEN: dict[str, Any] = {
    "gates": {
        "max_position_percent": "100000",
        "min_cash_reserve_percent": "0",
        "max_drawdown_percent": "100000",
        "max_price_distance_percent": "100000",
        "max_orders_per_minute": "1000000",
    },
    "profile": None,
    "model": {
        "allowed_symbols": [],
        "allowed_order_types": [],
        "allow_shorting": True,
        "margin_account": True,
        "allow_options_strategies": True,
        "max_position_size_dollars": None,
        "max_daily_loss_dollars": None,
    },
}
