"""What an account remembers, for the rules that look back."""

from __future__ import annotations

from dataclasses import replace

from trading.ledger import Account
from trading.memory import Halt
from trading.observe import open_day
from trading.tests.market import BARE, MINUTE, OPEN, Floor, bar, buy, dec, sell
from trading.types import OrderType, Verdict


def test_when_a_position_was_entered_is_known_even_after_it_is_closed() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    floor.minute(bar(1, 100), buy(5))
    floor.minute(bar(2, 100), sell(15))
    floor.minute(bar(3, 100))
    assert floor.account.positions == {}
    assert floor.account.memory.opened_at == {"SPY": OPEN + MINUTE}
    floor.minute(bar(4, 100), buy(1))
    floor.minute(bar(5, 100))
    assert floor.account.memory.opened_at == {"SPY": OPEN + 5 * MINUTE}


def test_a_checkpoint_holds_all_of_it() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    floor.minute(bar(1, 100), sell(10, order_type=OrderType.STOP, stop_price=dec(99)))
    floor.minute(bar(2, 98))
    memory = floor.account.memory
    assert memory.stopped_at == {"SPY": OPEN + 2 * MINUTE}
    assert [(closing.pnl, closing.is_stop) for closing in memory.closings] == [(-20, True)]
    assert Account.from_json(floor.account.to_json()).memory == memory


def test_fills_of_one_closing_order_count_as_one_trade() -> None:
    floor = Floor(replace(BARE, volume_cap=dec("0.1")))
    floor.minute(bar(0, 100), buy(20))
    floor.minute(bar(1, 100), sell(20))
    floor.minute(bar(2, 101, volume=150))
    floor.minute(bar(3, 90, volume=50))
    memory = floor.account.memory
    # 15 shares earn a dollar each; the last 5 lose 10 each.
    (closing,) = memory.closings
    assert (closing.order, closing.pnl, closing.at) == (2, 15 - 50, OPEN + 3 * MINUTE)
    tally = memory.session["SPY"]
    assert (tally.entries, tally.exits, tally.pnl, tally.first_side) == (1, 1, -35, "buy")
    assert memory.losses_in_row({"SPY"}) == 1


def test_losses_in_a_row_end_with_the_first_that_is_none_and_look_only_at_some_symbols() -> None:
    floor = Floor()
    for number, price in enumerate((99, 101, 98, 97)):  # each bought at 100
        floor.minute(bar(3 * number, 100), buy(1))
        floor.minute(bar(3 * number + 1, 100), sell(1))
        floor.minute(bar(3 * number + 2, price))
    memory = floor.account.memory
    assert [closing.pnl for closing in memory.closings] == [-1, 1, -2, -3]
    assert (memory.losses_in_row({"SPY"}), memory.losses_in_row({"IBM"})) == (2, 0)
    assert (memory.entries({"SPY", "IBM"}), memory.entries({"IBM"})) == (4, 0)


def test_a_new_session_counts_anew_and_goes_on_trading() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1))
    floor.minute(bar(1, 100), sell(1))
    floor.minute(bar(2, 99))
    memory = floor.account.memory
    memory.halts.append(Halt(Verdict("ENOUGH", "Enough.", "profile"), OPEN, 3))
    open_day(floor.account, OPEN + 1440 * MINUTE)
    assert (memory.session, memory.halts) == ({}, [])
    assert memory.losses_in_row({"SPY"}) == 1


def test_orders_are_remembered_for_an_hour() -> None:
    floor = Floor()
    for minute in (0, 30, 59, 60):
        floor.minute(bar(minute, 100), buy(1))
    sent = [(each.at - OPEN) // MINUTE for each in floor.account.memory.sent]
    assert sent == [31, 60, 61]
