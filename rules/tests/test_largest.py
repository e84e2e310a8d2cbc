"""The largest order that passes is found exactly: it passes, and one share more does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.approve import make_approve
from rules.largest import largest_order
from rules.limits import effective_limits
from rules.tests.world import SYMBOLS, account_with, buy, door, usual_snapshot, work
from trading.types import Action, Side

USUAL = make_approve(effective_limits(usual_snapshot()), SYMBOLS)


def test_a_new_user_may_buy_what_the_models_dollar_cap_leaves() -> None:
    found = largest_order(USUAL, account_with(), "AAA", Action.BUY)
    assert found.shares == 20  # $2,000 at $100, which is 20 % of $10,000, too
    assert {(verdict.code, verdict.source) for verdict in found.verdicts} == {
        ("POSITION_SIZE", "profile"),
        ("POSITION_DOLLARS", "model"),
    }


def test_what_is_held_and_working_counts() -> None:
    account = account_with(cash=9_300, held={"AAA": 7})
    work(account, Side.BUY, 4)
    assert largest_order(USUAL, account, "AAA", Action.BUY).shares == 9


def test_nothing_passes_where_the_direction_is_not_allowed() -> None:
    found = largest_order(USUAL, account_with(), "AAA", Action.SHORT)
    assert found.shares == 0
    assert {verdict.code for verdict in found.verdicts} == {"SHORT_NOT_ALLOWED"}


def test_a_twin_of_a_working_order_does_not_hide_larger_sizes() -> None:
    account = account_with()
    work(account, Side.BUY, 4)
    found = largest_order(USUAL, account, "AAA", Action.BUY)
    assert found.shares == 16


def test_the_answer_is_never_a_twin_itself() -> None:
    account = account_with()
    work(account, Side.BUY, 10)
    work(account, Side.BUY, 5)
    found = largest_order(USUAL, account, "AAA", Action.BUY)
    assert (found.shares, USUAL(buy(found.shares), account).verdicts) == (4, ())


@given(
    cash=st.integers(1, 100_000),
    price=st.integers(1, 3_000),
    held=st.integers(0, 60),
    cap=st.integers(1, 100),
    reserve=st.integers(0, 90),
)
def test_it_passes_and_one_more_share_does_not(
    cash: int, price: int, held: int, cap: int, reserve: int
) -> None:
    account = account_with(cash=cash, held={"AAA": held} if held else None, marks={"AAA": price})
    approve = door(
        gates={"max_position_percent": str(cap), "min_cash_reserve_percent": str(reserve)},
        model={"margin_account": False},
    )
    shares = largest_order(approve, account, "AAA", Action.BUY).shares
    assert not shares or not approve(buy(shares), account).verdicts
    assert approve(buy(shares + 1), account).verdicts
