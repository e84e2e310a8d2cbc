"""What a rule sees: the account, the market and what is in its scope, as of the simulated clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules.limits import EffectiveLimits
from rules.market_view import MarketView
from rules.snapshot import RuleSpec
from trading.ledger import Account
from trading.positions import Position


class Scope:
    """Which symbols a rule looks at."""

    __slots__ = ("_known", "_options", "_rule")

    def __init__(self, rule: RuleSpec, option_symbols: frozenset[str] = frozenset()) -> None:
        self._rule, self._options = rule, option_symbols
        self._known: dict[str, bool] = {}

    def __contains__(self, symbol: object) -> bool:
        assert isinstance(symbol, str)
        found = self._known.get(symbol)
        if found is None:
            asset = "option" if symbol in self._options else "equity"
            found = self._known[symbol] = self._rule.looks_at(symbol, asset)
        return found


class Situation(NamedTuple):
    """All that a rule may look at. Looking changes nothing."""

    account: Account
    market: MarketView
    limits: EffectiveLimits
    scope: Scope

    def held(self) -> Iterator[Position]:
        """The positions that the rule looks at, by symbol."""
        for symbol, position in sorted(self.account.positions.items()):
            if symbol in self.scope:
                yield position
