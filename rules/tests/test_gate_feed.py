"""Nothing is opened while the feed of a live run is out; closing orders pass."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rules.tests.world import NOON, account_with, ask, buy, codes, door
from trading.session import Approve
from trading.types import Action


def door_while(problem: str, **changes: Any) -> Approve:
    def feed_problem(moment: datetime) -> str:
        return problem if moment == NOON else ""

    return door(venue={"feed_problem": feed_problem}, **changes)


def test_an_outage_denies_what_opens_and_says_why() -> None:
    approval = door_while("The vendor is out of order.")(buy(1), account_with())
    assert codes(approval) == ["FEED_OUTAGE"]
    assert approval.orders == ()
    assert "The vendor is out of order." in approval.verdicts[0].message


def test_closing_orders_pass_and_a_flip_only_closes() -> None:
    account = account_with(held={"AAA": 10})
    approve = door_while("The vendor is out of order.")
    closed = approve(ask(Action.CLOSE), account)
    assert (codes(closed), [order.quantity for order in closed.orders]) == ([], [10])
    flipped = approve(ask(Action.SELL, 15), account)
    assert "FEED_OUTAGE" in codes(flipped)
    assert [(order.quantity, order.is_opening) for order in flipped.orders] == [(10, False)]


def test_another_moment_and_a_run_over_stored_bars_know_no_outage() -> None:
    account = account_with()
    assert codes(door_while("")(buy(1), account)) == []
    assert codes(door()(buy(1), account)) == []
