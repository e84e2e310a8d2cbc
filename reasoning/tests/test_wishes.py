"""What was asked for, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reasoning.codec import intent_to_json, verdict_to_json
from reasoning.models import Entry
from reasoning.wishes import amount, sentence, wishes_of
from trading.types import Action, OrderIntent, OrderType, Verdict


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (OrderIntent(Action.BUY, "SPY", quantity=20), "buy 20 SPY"),
        (OrderIntent(Action.SELL, "SPY", quantity=Decimal("0.5")), "sell 0.5 SPY"),
        (OrderIntent(Action.BUY, "SPY", equity_percent=Decimal("12.50")), "buy 12.5 % of equity in SPY"),
        (OrderIntent(Action.CLOSE, "SPY"), "close SPY"),
        (
            OrderIntent(
                Action.BUY, "SPY", quantity=5, order_type=OrderType.LIMIT, limit_price=Decimal("145.10")
            ),
            "buy 5 SPY limit at 145.1",
        ),
        (OrderIntent(Action.CLOSE, "SPY", tag="rule: Flat by noon"), "close SPY by rule: Flat by noon"),
        (OrderIntent(Action.BUY, "SPY", quantity=1, replaces=3), "buy 1 SPY in place of order 3"),
        (OrderIntent(Action.BUY, "SPY", quantity=Decimal("1E+12")), "buy 1E+12 SPY"),
        (OrderIntent(Action.BUY, "SPY", equity_percent=Decimal("1E+40")), "buy 1E+40 % of equity in SPY"),
        (OrderIntent(Action.BUY, "SPY", equity_percent=Decimal("NaN")), "buy NaN % of equity in SPY"),
    ],
)
def test_an_intent_reads_as_a_sentence(intent: OrderIntent, words: str) -> None:
    assert sentence(intent_to_json(intent)) == words


def test_a_cancel_reads_as_a_sentence() -> None:
    assert sentence({"cancel": 3}) == "cancel order 3"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("62.5000", "%", "62.5 %"),
        ("2000", "$", "$2,000"),
        ("31", "orders", "31 orders"),
        ("1", "orders", "1 order"),
        (None, "%", "—"),
    ],
)
def test_a_limit_carries_its_unit(value: str | None, unit: str, words: str) -> None:
    assert amount(value, unit) == words


def test_every_objection_stands_with_the_wish_it_is_about() -> None:
    buy, sell = OrderIntent(Action.BUY, "SPY", quantity=60), OrderIntent(Action.SELL, "IBM", quantity=1)
    size = Verdict("POSITION_SIZE", "Too large.", "gate", Decimal(50), Decimal(62), "%", "SPY")
    cash = Verdict("CASH_RESERVE", "Too little left.", "profile", Decimal(20), Decimal("3.1"), "%", "SPY")
    entry = Entry(
        intents=[intent_to_json(buy), intent_to_json(sell)],
        verdicts=[verdict_to_json(0, size), verdict_to_json(0, cash)],
    )
    denied, passed = wishes_of(entry)
    assert [(item.code, item.attempted, item.limit, item.source) for item in denied.objections] == [
        ("POSITION_SIZE", "62 %", "50 %", "gate"),
        ("CASH_RESERVE", "3.1 %", "20 %", "profile"),
    ]
    assert passed.objections == []
