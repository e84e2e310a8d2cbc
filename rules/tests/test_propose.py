"""Orders split at zero: what closes, what opens, and what each is judged by."""

from __future__ import annotations

from decimal import Decimal

from rules.tests.world import account_with, ask, buy, codes, door, work
from trading.types import Action, Side


def test_a_flip_with_permission_closes_and_opens() -> None:
    account = account_with(5_000, held={"AAA": 30}, is_margin=True)
    approval = door()(ask(Action.SELL, 50, stop_loss="110"), account)
    assert approval.verdicts == ()
    closing, opening = approval.orders
    assert (closing.side, closing.quantity, closing.is_opening) == (Side.SELL, 30, False)
    assert (opening.side, opening.quantity, opening.is_opening) == (Side.SELL, 20, True)
    assert closing.stop_loss is None
    assert opening.stop_loss == 110


def test_a_flip_without_permission_still_closes() -> None:
    account = account_with(5_000, held={"AAA": 30}, is_margin=True)
    approval = door(profile={"use_short_selling": False})(ask(Action.SELL, 50), account)
    assert [(order.quantity, order.is_opening) for order in approval.orders] == [(30, False)]
    assert codes(approval) == ["OVERSELL", "SHORT_NOT_ALLOWED"]


def test_a_buy_beyond_a_short_flips_to_long() -> None:
    account = account_with(13_000, held={"AAA": -30}, is_margin=True)
    approval = door()(buy(50), account)
    assert [(order.quantity, order.is_opening) for order in approval.orders] == [(30, False), (20, True)]


def test_the_opening_part_of_a_flip_is_judged_by_its_own_size() -> None:
    account = account_with(7_000, held={"AAA": 30}, is_margin=True)  # equity 10,000
    approve = door(gates={"max_position_percent": "20"})
    assert codes(approve(ask(Action.SELL, 50), account)) == []  # 20 short: $2,000
    approval = approve(ask(Action.SELL, 51), account)
    assert codes(approval) == ["POSITION_SIZE"]
    assert [order.quantity for order in approval.orders] == [30]


def test_the_margin_of_what_a_flip_closes_is_free_for_what_it_opens() -> None:
    account = account_with(0, held={"AAA": 200}, is_margin=True)  # equity 20,000
    account.cash = Decimal(-10_000)  # equity 10,000 carries 20,000, all of it long
    approve = door()
    assert codes(approve(ask(Action.SELL, 400), account)) == []
    assert codes(approve(ask(Action.SELL, 401), account)) == ["BUYING_POWER", "CASH_RESERVE"]


def test_an_opening_part_never_goes_without_its_closing_part() -> None:
    account = account_with(5_000, held={"AAA": 30}, is_margin=True)
    approval = door()(ask(Action.SELL, 50, replaces=7), account)
    assert approval.orders == ()
    assert codes(approval) == ["REPLACEMENT"]


def test_close_then_short_in_one_decision_does_both() -> None:
    account = account_with(5_000, held={"AAA": 30}, is_margin=True)
    approve = door()
    (closing,) = approve(ask(Action.CLOSE), account).orders
    work(account, closing.side, closing.quantity, is_opening=False)
    (opening,) = approve(ask(Action.SHORT, 10), account).orders
    assert (opening.quantity, opening.is_opening) == (10, True)
    assert codes(approve(ask(Action.CLOSE), account)) == ["NOTHING_TO_CLOSE"]


def test_sells_add_up() -> None:
    account = account_with(5_000, held={"AAA": 100})
    work(account, Side.SELL, 60, is_opening=False)
    approval = door(model={"allow_shorting": False})(ask(Action.SELL, 60), account)
    assert [order.quantity for order in approval.orders] == [40]
    assert codes(approval)[0] == "OVERSELL"
    assert (approval.verdicts[0].limit, approval.verdicts[0].attempted) == (Decimal(40), Decimal(60))
