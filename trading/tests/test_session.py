"""The step: what the decider sees, who may send orders, and which input is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.orders import Approval
from trading.session import preview, start_account, step
from trading.settings import MarketFill
from trading.tests.market import BARE, HOLD, MINUTE, OPEN, Floor, bar, buy, dec, quote, sell
from trading.types import Bar, Decision, OrderType, Outcome, Quote, Verdict


def test_decider_sees_fills_and_marks_of_the_bar_that_closed() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    seen: list[tuple[int, Decimal, int]] = []

    def decide(account: Account) -> Decision:
        seen.append((account.quantity("SPY"), account.equity(), account.step))
        assert account.now == OPEN + 2 * MINUTE
        return HOLD

    step(floor.account, {"SPY": bar(1, 100, 104, 99, 103)}, OPEN + 2 * MINUTE, decide, wave_through)
    assert seen == [(10, 100_030, 2)]


def test_each_intent_is_judged_on_what_the_one_before_left() -> None:
    floor = Floor()
    counts = []

    def approve(intent: Any, account: Account) -> Approval:
        counts.append(len(account.working))
        return wave_through(intent, account)

    decision = Decision((buy(1), buy(2), buy(3)))
    step(floor.account, {"SPY": bar(0, 100)}, OPEN + MINUTE, lambda account: decision, approve)
    assert counts == [0, 1, 2]
    assert list(floor.account.submitted_at) == [OPEN + MINUTE] * 3


def test_orders_of_more_than_a_minute_ago_no_longer_count_as_recent() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1))
    floor.minute(bar(1, 100))
    assert not floor.account.submitted_at


DENIAL = Verdict("POSITION_SIZE", "Too much.", "gate")


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (Decision(), Outcome.HELD),
        (Decision(failure_code="timeout"), Outcome.FAILED),
        (Decision(was_asked=False), Outcome.SKIPPED),
        (Decision((buy(1),)), Outcome.ORDERED),
        (Decision((buy(999),)), Outcome.DENIED),
        (Decision((buy(999), buy(1))), Outcome.ORDERED),
    ],
)
def test_outcome_says_what_became_of_the_decision(decision: Decision, expected: Outcome) -> None:
    floor = Floor()

    def approve(intent: Any, account: Account) -> Approval:
        return Approval((), (DENIAL,)) if intent.quantity == 999 else wave_through(intent, account)

    result = step(floor.account, {"SPY": bar(0, 100)}, OPEN + MINUTE, lambda account: decision, approve)
    assert result.outcome is expected
    assert result.verdicts == tuple(
        (i, DENIAL) for i, one in enumerate(decision.intents) if one.quantity == 999
    )


def test_only_an_approved_order_is_taken() -> None:
    forged = SimpleNamespace(symbol="SPY", quantity=1)
    with pytest.raises(TypeError, match="Only an ApprovedOrder can be sent, found SimpleNamespace"):
        step(
            Floor().account,
            {"SPY": bar(0, 100)},
            OPEN + MINUTE,
            lambda account: Decision((buy(1),)),
            lambda intent, account: Approval((forged,)),  # type: ignore[arg-type]  # that is what is tried
        )


def test_preview_shows_what_the_step_will_and_changes_nothing() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    before = floor.account.to_json()
    shown = preview(floor.account, {"SPY": bar(1, 101)}, OPEN + 2 * MINUTE)
    assert shown.quantity("SPY") == 10
    assert floor.account.to_json() == before


def test_cancelling_what_is_not_working_is_noted() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1, order_type=OrderType.LIMIT, limit_price=dec(90)))
    result = floor.minute(bar(1, 100), cancels=[1, 7])
    assert floor.status(1) == "cancelled"
    assert [(notice.code, notice.message) for notice in result.notices] == [
        ("CANCEL_REFUSED", "Order 7 was to be cancelled and is not working")
    ]


def test_replacing_puts_a_new_number_in_place_of_the_old() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1, order_type=OrderType.LIMIT, limit_price=dec(90)))
    floor.minute(bar(1, 100), buy(1, order_type=OrderType.LIMIT, limit_price=dec(95), replaces=1))
    assert (floor.status(1), list(floor.account.working)) == ("cancelled", [2])


def test_drawdown_is_from_the_running_peak() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(500))
    results = floor.walk(bar(1, 100), bar(2, 120), bar(3, 109))
    assert [result.drawdown for result in results] == [0, 0, dec("0.05")]  # 104,500 of 110,000


def test_result_holds_copies_that_later_steps_do_not_change() -> None:
    floor = Floor()
    (order,) = floor.minute(bar(0, 100), buy(10)).orders
    floor.minute(bar(1, 100))
    assert order.status.value == "working"


NAN = Decimal("NaN")


@pytest.mark.parametrize(
    "broken",
    [
        Bar(OPEN, dec(0), dec(1), dec(0), dec(1), 10),
        Bar(OPEN, dec(-1), dec(1), dec(-1), dec(1), 10),
        Bar(OPEN, NAN, dec(1), dec(1), dec(1), 10),
        Bar(OPEN, dec(1), NAN, dec(1), dec(1), 10),
        Bar(OPEN, dec(1), dec(1), dec(1), NAN, 10),
        Bar(OPEN, dec(1), Decimal("Infinity"), dec(1), dec(1), 10),
        Bar(OPEN, dec(5), dec(4), dec(3), dec(4), 10),
        Bar(OPEN, dec(4), dec(5), dec(3), dec(2), 10),
        Bar(OPEN, dec(4), dec(5), dec(3), dec(4), -1),
    ],
)
def test_bar_that_no_market_prints_is_refused(broken: Bar) -> None:
    with pytest.raises(ValueError, match=r"SPY bar of .* should have 0 < low"):
        Floor().minute(broken)


@pytest.mark.parametrize(
    ("crossed", "message"),
    [
        (quote("100.10", "100.00"), "SPY quote is crossed at its open: bid 100.10 is above ask 100.00"),
        (quote(0, 1), "positive prices, found 0"),
        (quote("NaN", 1), "positive prices, found NaN"),
        (Quote(None, None, None, dec(2), None, None, None, dec(1)), "crossed at its close"),
    ],
)
def test_bad_quote_is_refused(crossed: Quote, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Floor().minute(bar(0, 100), quotes={"SPY": crossed})


def test_one_sided_quote_is_fine() -> None:
    one_sided = Quote(*[None] * 4, *[dec(101)] * 4)
    floor = Floor(replace(BARE, market_fill=MarketFill.QUOTE_NOW))
    floor.minute(bar(0, 100), buy(1), sell(1), quotes={"SPY": one_sided})
    assert [price for *_, price in floor.fills] == [101, 100]


def test_clock_that_stands_still_is_refused() -> None:
    floor = Floor()
    floor.minute(bar(0, 100))
    with pytest.raises(ValueError, match="Steps should go forward"):
        step(floor.account, {}, OPEN + MINUTE, lambda account: HOLD, wave_through)


def test_bar_out_of_order_is_refused() -> None:
    floor = Floor()
    floor.walk(bar(0, 100), bar(5, 100))
    with pytest.raises(ValueError, match="SPY bar is out of order"):
        step(floor.account, {"SPY": bar(3, 100)}, OPEN + 9 * MINUTE, lambda account: HOLD, wave_through)
    with pytest.raises(ValueError, match="SPY bar is out of order"):
        step(floor.account, {"SPY": bar(20, 100)}, OPEN + 9 * MINUTE, lambda account: HOLD, wave_through)


@pytest.mark.parametrize("cash", [0, -1, "NaN"])
def test_a_run_begins_with_money(cash: Any) -> None:
    with pytest.raises(ValueError):
        start_account(dec(cash), BARE, OPEN)


def test_gap_in_the_bars_is_a_longer_step() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1))
    floor.minute(bar(30, 110))
    assert floor.fills == [(1, "buy", 1, dec(110))]
    assert floor.account.now - OPEN == timedelta(minutes=31)
