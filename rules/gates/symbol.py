"""Only instruments that the run knows and the Model may trade."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    symbol, known, allowed = order.symbol, order.venue.known_symbols, limits.allowed_symbols
    if symbol in known and (not allowed or symbol in allowed):
        return PASSED
    verdicts = []
    if symbol not in known:
        message = f"{symbol} is not traded in this run; it has {_listed(known)}."
        verdicts.append(Verdict("UNKNOWN_SYMBOL", message, Source.GATE, symbol=symbol))
    if allowed and symbol not in allowed:
        message = f"{symbol} is not among the symbols that the Model may trade: {_listed(allowed)}."
        verdicts.append(Verdict("SYMBOL_NOT_ALLOWED", message, Source.MODEL, symbol=symbol))
    return verdicts


def _listed(symbols: frozenset[str]) -> str:
    first = sorted(symbols)[:10]
    more = len(symbols) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")


GATE = Gate(
    name="symbol",
    sentence="Blocks an opening order in a symbol that has no data in this run, or that the Model may not trade.",
    codes={
        "UNKNOWN_SYMBOL": "The run has no such symbol.",
        "SYMBOL_NOT_ALLOWED": "The Model's list of allowed symbols leaves it out.",
    },
    check=check,
)
