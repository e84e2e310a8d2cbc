"""Entries with exits behind them: when they wake, which fills, and what becomes of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trading.settings import BracketEntry
from trading.tests.market import BARE, Floor, bar, buy, dec, sell
from trading.types import Action, Bar, OrderIntent, OrderType

LIMIT, STOP = OrderType.LIMIT, OrderType.STOP


def bracket(quantity: int = 10, **more: Any) -> OrderIntent:
    return buy(quantity, stop_loss=dec(95), take_profit=dec(110), **more)


def test_exits_wait_for_the_entry_and_then_work() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket(order_type=LIMIT, limit_price=dec(99)))
    assert [floor.status(n) for n in (1, 2, 3)] == ["working", "held", "held"]
    floor.minute(bar(1, 100, 101, 98, 100))
    assert [floor.status(n) for n in (1, 2, 3)] == ["filled", "working", "working"]


def test_target_fills_and_cancels_the_stop() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket())
    floor.walk(bar(1, 100), bar(2, 105, 111, 104, 108))
    assert floor.fills == [(1, "buy", 10, dec(100)), (3, "sell", 10, dec(110))]
    assert floor.status(2) == "cancelled"
    assert not floor.account.working


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(bar(2, 100, 112, 94, 100), (2, 95), id="both inside the bar: the worse"),
        pytest.param(bar(2, 94, 112, 93, 100), (2, 94), id="opens below the stop"),
        pytest.param(
            bar(2, 111, 112, 94, 100), (3, 111), id="opens above the target, which is certainly first"
        ),
    ],
)
def test_a_bar_that_touches_both_exits_fills_the_worse_unless_the_open_decides(
    shown: Bar, expected: tuple[int, int]
) -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket())
    floor.walk(bar(1, 100), shown)
    number, price = expected
    assert floor.fills[1:] == [(number, "sell", 10, dec(price))]
    assert not floor.account.working


@pytest.mark.parametrize(
    ("entry", "shown", "exits"),
    [
        pytest.param(
            {}, bar(1, 100, 101, 94, 99), [(2, 95)], id="after a fill at the open the whole bar counts"
        ),
        pytest.param({}, bar(1, 100, 112, 99, 100), [(3, 110)], id="target after a fill at the open"),
        pytest.param(
            {"order_type": LIMIT, "limit_price": dec(98)},
            bar(1, 100, 112, 97, 99),
            [],
            id="the high may have come before a limit fill",
        ),
        pytest.param(
            {"order_type": LIMIT, "limit_price": dec(98)},
            bar(1, 100, 101, 94, 99),
            [(2, 95)],
            id="what is below a limit fill came after it",
        ),
        pytest.param(
            {"order_type": STOP, "stop_price": dec(102)},
            bar(1, 100, 103, 94, 101),
            [],
            id="the low may have come before a stop fill",
        ),
        pytest.param(
            {"order_type": STOP, "stop_price": dec(102)},
            bar(1, 100, 112, 99, 105),
            [(3, 110)],
            id="what is above a stop fill came after it",
        ),
        pytest.param(
            {"order_type": STOP, "stop_price": dec(102)},
            bar(1, 100, 103, 94, 94.5),
            [(2, 95)],
            id="the close came after everything",
        ),
    ],
)
def test_exits_act_in_the_entry_bar_only_on_what_came_after_the_fill(
    entry: dict[str, Any], shown: Bar, exits: list[tuple[int, int]]
) -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket(**entry))
    floor.minute(shown)
    assert floor.fills[1:] == [(number, "sell", 10, dec(price)) for number, price in exits]
    later = Floor(replace(BARE, bracket_entry=BracketEntry.NEXT_BAR))
    later.minute(bar(0, 100), bracket(**entry))
    later.minute(shown)
    assert later.fills[1:] == []


def test_exits_grow_with_the_entry_and_an_exit_stops_what_is_left_of_it() -> None:
    floor = Floor(replace(BARE, volume_cap=dec("0.10")))
    floor.minute(bar(0, 100), bracket(100))
    floor.minute(bar(1, 100, volume=600))
    assert floor.account.working[2].quantity == floor.account.working[3].quantity == 60
    floor.minute(bar(2, 100, volume=300))
    assert floor.account.working[2].quantity == 90
    floor.minute(bar(3, 94, volume=5000))
    # The entry takes its last 10 at the open before the stop, by number, and the stop then sells all 100.
    assert floor.fills[2:] == [(1, "buy", 10, dec(94)), (2, "sell", 100, dec(94))]
    assert floor.account.quantity("SPY") == 0


def test_partly_filled_target_leaves_the_stop_the_rest() -> None:
    floor = Floor(replace(BARE, volume_cap=dec("0.10")))
    floor.minute(bar(0, 100), bracket(100))
    floor.minute(bar(1, 100, volume=5000))
    floor.minute(bar(2, 111, volume=600))
    assert floor.account.working[2].quantity == 40
    floor.minute(bar(3, 94, volume=5000))
    assert floor.fills[1:] == [(3, "sell", 60, dec(111)), (2, "sell", 40, dec(94))]
    assert floor.status(3) == "cancelled"


def test_closing_by_hand_takes_the_exits_away() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket())
    floor.minute(bar(1, 100), OrderIntent(Action.CLOSE, "SPY"))
    floor.minute(bar(2, 101))
    assert floor.account.quantity("SPY") == 0
    assert (floor.status(2), floor.status(3)) == ("cancelled", "cancelled")


def test_selling_a_part_by_hand_leaves_the_exits_the_rest() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket())
    floor.minute(bar(1, 100), sell(4))
    floor.minute(bar(2, 101))
    floor.minute(bar(3, 94))
    assert floor.fills[-1] == (2, "sell", 6, dec(94))


def test_cancelling_the_entry_takes_its_exits_along() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket(order_type=LIMIT, limit_price=dec(90)))
    floor.minute(bar(1, 100), cancels=[1])
    assert [floor.status(n) for n in (1, 2, 3)] == ["cancelled"] * 3


def test_cancelling_one_exit_leaves_the_other() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket())
    floor.minute(bar(1, 100), cancels=[3])
    floor.minute(bar(2, 111, 112, 94, 100))
    assert floor.fills[-1] == (2, "sell", 10, dec(95))


def test_bracket_protects_a_short_from_above() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), sell(10, stop_loss=dec(105), take_profit=dec(90)))
    floor.walk(bar(1, 100), bar(2, 100, 106, 89, 100))
    assert floor.fills == [(1, "sell", 10, dec(100)), (2, "buy", 10, dec(105))]


def test_a_closing_order_with_an_exit_is_one_of_two() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    floor.minute(bar(1, 100), sell(10, order_type=LIMIT, limit_price=dec(110), stop_loss=dec(95)))
    assert floor.account.working_quantity("SPY", floor.account.working[2].side) == 10
    floor.minute(bar(2, 100, 112, 94, 100))
    assert floor.fills[1:] == [(3, "sell", 10, dec(95))]
    assert floor.status(2) == "cancelled"


def test_replacing_an_exit_keeps_it_in_its_pair() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), bracket())
    floor.minute(bar(1, 100), sell(10, order_type=STOP, stop_price=dec(98), replaces=2))
    floor.minute(bar(2, 100, 100, 97, 99))
    assert floor.fills[1:] == [(4, "sell", 10, dec(98))]
    assert (floor.status(2), floor.status(3)) == ("cancelled", "cancelled")


def test_replacing_an_order_that_is_gone_is_refused_on_record() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    result = floor.minute(bar(1, 100), sell(10, order_type=STOP, stop_price=dec(98), replaces=1))
    assert floor.status(2) == "rejected"
    assert [notice.code for notice in result.notices] == ["REPLACE_REFUSED"]
    assert 2 not in floor.account.working
