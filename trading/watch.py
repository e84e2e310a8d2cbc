"""What rules do by themselves at a bar, before the decider is asked: stop trading, cancel entries, close positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from trading import book
from trading.book import Tape
from trading.ledger import Account
from trading.notices import Notice
from trading.orders import OrderStatus
from trading.types import OrderIntent, Verdict


@dataclass(frozen=True, slots=True)
class Watched:
    """What the rules want done at a bar."""

    stops: tuple[Verdict, ...] = ()  # nothing is opened until the session ends
    closings: tuple[tuple[OrderIntent, Verdict], ...] = ()  # sent like any order, tagged with their rule
    cancels: tuple[tuple[int, str], ...] = ()  # working entries, by number, and why
    blind: tuple[tuple[str, str], ...] = ()  # rules that lack what they need, and what they say about it


Watch = Callable[[Account], Watched | None]  # None: as on most bars there is nothing to do


class Enforced(NamedTuple):
    """What was done. Each verdict has the index of its closing, or None where it is about no order."""

    closings: tuple[OrderIntent, ...] = ()
    verdicts: tuple[tuple[int | None, Verdict], ...] = ()


NOTHING = Enforced()


def stop_and_cancel(account: Account, watched: Watched, tape: Tape) -> None:
    """Bar the way to new positions: for the session, and for the entries that are working."""
    for verdict in watched.stops:
        account.memory.halt(verdict, account.now, account.step)
    for number, why in watched.cancels:
        order = account.working.get(number)
        if order is not None:
            book.end(account, order, OrderStatus.CANCELLED, tape, why)
    known = account.memory.blind
    for source, message in watched.blind:
        if source not in known:
            tape.notices.append(Notice("RULE_UNENFORCEABLE", message))
    account.memory.blind = [source for source, _ in watched.blind]
