"""The sensible trader behind the scripted endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.answers.contract import DecisionAnswer
from agents.answers.parse import decision_read
from agents.llm.fake.trader import answer_to
from agents.llm.requests import body_of
from agents.llm.tests.asking import ask_of
from agents.llm.types import Endpoint, Message, StructuredMode

HERE = Endpoint(id=1, base_url="http://127.0.0.1:9/v1", model="scripted")


def prompt(closes: list[float], *, holding: str = "nothing", minutes: int = 200, largest: int = 20) -> str:
    bars = [
        f"09:{30 + number} {close} {close} {close} {close} 5000 - - -" for number, close in enumerate(closes)
    ]
    return "\n".join(
        [
            "time open high low close volume rsi14",
            *bars,
            f"Clock: 09:40 exchange time; the session ends in {minutes} minutes.",
            f"Holding: {holding}.",
            f"Largest buy of TEST that would pass: {largest} shares, worth $2000.00 (POSITION_SIZE, profile).",
        ]
    )


def decided(text: str, mode: StructuredMode = StructuredMode.JSON_SCHEMA) -> DecisionAnswer:
    ask = ask_of(messages=(Message("system", "Rules."), Message("user", text)), schema=DecisionAnswer)
    return decision_read(answer_to(body_of(HERE, ask, mode)), ["TEST"]).answer


RISING, FALLING = [100.0, 100, 100, 100, 100, 101], [101.0, 101, 101, 101, 101, 100]
HELD = "TEST +10 at 100.00, now 100.00, +$0.00"


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        (prompt(RISING), [("buy", 10)]),
        (prompt(FALLING), []),
        (prompt(RISING, holding=HELD), []),
        (prompt(FALLING, holding=HELD), [("close", None)]),
        (prompt(RISING, holding=HELD, minutes=5), [("close", None)]),
        (prompt(RISING, minutes=5), []),
        (prompt(RISING, largest=0), []),
        (prompt(RISING[:3]), []),
        ("No bar has closed yet.", []),
    ],
)
def test_it_follows_the_price_over_its_average(text: str, orders: list[tuple[str, Any]]) -> None:
    assert [(order.action, order.quantity) for order in decided(text).orders] == orders


@pytest.mark.parametrize("mode", list(StructuredMode))
def test_it_answers_in_whatever_form_it_is_asked_for(mode: StructuredMode) -> None:
    assert decided(prompt(RISING), mode) == decided(prompt(RISING))


def test_it_answers_words_with_words_and_other_forms_with_something_that_fits() -> None:
    assert "range" in answer_to(body_of(HERE, ask_of(schema=None), StructuredMode.UNKNOWN))
    form = json.loads(answer_to(body_of(HERE, ask_of(), StructuredMode.JSON_SCHEMA)))
    assert sorted(form) == ["number", "word"]


def test_it_tells_several_symbols_apart_whatever_they_are_called() -> None:
    closes = {"SYN-UP": RISING, "BRK.B": FALLING, "X": RISING}
    bars = [
        f"09:{30 + minute} {symbol} {price} {price} {price} {price} 5000 - - -"
        for minute in range(len(RISING))
        for symbol, price in ((symbol, prices[minute]) for symbol, prices in closes.items())
    ]
    largest = [
        f"Largest buy of {symbol} that would pass: 20 shares, worth $2000.00 (x)." for symbol in closes
    ]
    holding = "Holding: BRK.B +10 at 100.00, now 100.00, +$0.00; X +4 at 99.00, now 101.00, +$8.00."
    text = "\n".join(
        [*bars, "Clock: 09:40 exchange time; the session ends in 200 minutes.", holding, *largest]
    )
    ask = ask_of(messages=(Message("user", text),), schema=DecisionAnswer)
    answer = decision_read(answer_to(body_of(HERE, ask, StructuredMode.JSON_SCHEMA)), list(closes)).answer
    assert [(order.action, order.symbol, order.quantity) for order in answer.orders] == [
        ("buy", "SYN-UP", 10),
        ("close", "BRK.B", None),
    ]
