"""Which security a symbol means, under which tickers its bars stand, and which corporate actions befall it.

A run's symbol names the security that has this ticker on the run's first day, and goes on naming it when the ticker
changes. Bars stand under tickers, and a ticker may pass to another security; actions stand under securities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from trading.corporate_actions import CorporateAction


class Move(NamedTuple):
    """From `ex_date` on a security trades under `new`; `old` is empty where it was listed."""

    ex_date: date
    security: str
    old: str
    new: str


class Span(NamedTuple):
    """The days on which a security's bars stand under a ticker: `[first, end)`, None for no end."""

    ticker: str
    first: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A symbol as a run means it. `security` is None where nobody is known to have had the ticker.

    `actions` are by ex-date and name the symbol; of one day the ticker change comes first, then the split, then the
    dividend, which is paid on the shares that trade that day.
    """

    symbol: str
    security: str | None
    spans: tuple[Span, ...]
    actions: tuple[tuple[date, CorporateAction], ...] = ()


class Register:
    """Who had which ticker when. A security that never moved has its own name for a ticker."""

    def __init__(self, moves: Iterable[Move]) -> None:
        self.moves = sorted(moves)
        self._of: dict[str, list[Move]] = {}
        for move in self.moves:
            self._of.setdefault(move.security, []).append(move)

    def ticker(self, security: str, day: date) -> str | None:
        """The ticker of a security on a day; None before it was listed."""
        moves = self._of.get(security)
        if not moves:
            return security
        before = [move for move in moves if move.ex_date <= day]
        return before[-1].new if before else moves[0].old or None

    def security(self, ticker: str, day: date) -> str | None:
        """Who has a ticker on a day: whoever came to it last."""
        holders = [
            move
            for move in self.moves
            if ticker in (move.old, move.new) and self._has(move.security, ticker, day)
        ]
        came = [move for move in holders if move.new == ticker and move.ex_date <= day]
        if came:
            return came[-1].security
        if holders:
            return holders[0].security
        return ticker if self._has(ticker, ticker, day) else None

    def _has(self, security: str, ticker: str, day: date) -> bool:
        return self.ticker(security, day) == ticker

    def leaves(self, security: str, after: date) -> Move | None:
        """How a security leaves the ticker that it has."""
        return next((move for move in self._of.get(security, ()) if move.ex_date > after), None)

    def taken(self, ticker: str, after: date, besides: str | None) -> Move | None:
        """Who comes to a ticker next, other than whoever has it."""
        return next(
            (
                move
                for move in self.moves
                if move.new == ticker and move.ex_date > after and move.security != besides
            ),
            None,
        )


def follow(
    register: Register, symbol: str, security: str | None, first: date
) -> tuple[tuple[Span, ...], tuple[Move, ...]]:
    """Follow a security from a day on which its ticker is `symbol`: where its bars stand, and how its ticker changes."""
    spans: list[Span] = []
    changes: list[Move] = []
    ticker = symbol
    while True:
        leaves = register.leaves(security, first) if security else None
        taken = register.taken(ticker, first, security)
        ends = [move.ex_date for move in (leaves, taken) if move is not None]
        spans.append(Span(ticker, first, min(ends, default=None)))
        if leaves is None:
            return tuple(spans), tuple(changes)
        changes.append(leaves)
        ticker, first = leaves.new, leaves.ex_date
