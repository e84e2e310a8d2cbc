"""What an account remembers, for the rules that look back."""

from __future__ import annotations

from trading.ledger import Account
from trading.tests.market import MINUTE, OPEN, Floor, bar, buy, dec, sell
from trading.types import OrderType


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
