"""An answer is understood exactly, or refused with one code; a wrong quantity never comes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.answers.codes import AnswerCode, BadAnswer, Wrapping
from agents.answers.parse import decision_read, thought_read
from trading.types import Action, OrderIntent, OrderType, TimeInForce

SYMBOLS = ("SPY", "IBM")


def answer(*orders: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"reasoning": "Up.", "confidence": 0.7, "orders": list(orders), **fields})


def buy(**fields: Any) -> dict[str, Any]:
    return {"action": "buy", "symbol": "SPY", "quantity": 10} | fields


def with_quantity(spelling: str) -> str:
    return answer(buy(quantity="?")).replace('"?"', spelling)


def refused(text: str) -> BadAnswer:
    with pytest.raises(BadAnswer) as error:
        decision_read(text, SYMBOLS)
    return error.value


def test_a_hold_is_an_answer_without_orders() -> None:
    read = decision_read(answer(), SYMBOLS)
    assert (read.answer.orders, read.answer.cancels, read.answer.plan, read.wrapping) == ((), (), None, ())
    assert (read.answer.reasoning, read.answer.confidence) == ("Up.", 0.7)


def test_every_field_arrives_as_it_was_written() -> None:
    order = {
        "action": "short",
        "symbol": "IBM",
        "quantity": None,
        "equity_percent": 12.5,
        "order_type": "stop-limit",
        "limit_price": 101.37,
        "stop_price": 101.40,
        "take_profit": 95,
        "stop_loss": 103.1,
        "time_in_force": "gtc",
        "replaces": 4,
    }
    read = decision_read(answer(order, cancels=[2, 3], plan="Fade the open."), SYMBOLS)
    assert read.answer.orders[0].to_intent() == OrderIntent(
        Action.SHORT,
        "IBM",
        equity_percent=Decimal("12.5"),
        order_type=OrderType.STOP_LIMIT,
        limit_price=Decimal("101.37"),
        stop_price=Decimal("101.4"),
        take_profit=Decimal(95),
        stop_loss=Decimal("103.1"),
        time_in_force=TimeInForce.GTC,
        replaces=4,
    )
    assert (read.answer.cancels, read.answer.plan) == ((2, 3), "Fade the open.")


def test_a_date_arrives_with_its_offset() -> None:
    order = buy(time_in_force="gtd", expires_at="2024-03-05T15:30:00-05:00")
    intent = decision_read(answer(order), SYMBOLS).answer.orders[0].to_intent()
    assert (intent.time_in_force, intent.expires_at) == (
        TimeInForce.GTD,
        datetime(2024, 3, 5, 20, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize("written", ["2024-03-05T15:30:00", "15:30", "tomorrow", 1709670600, "", [1]])
def test_a_date_that_could_be_any_is_refused(written: Any) -> None:
    error = refused(answer(buy(time_in_force="gtd", expires_at=written)))
    assert (error.code, "orders[0].expires_at" in error.message, "UTC offset" in error.message) == (
        "wrong_shape",
        True,
        True,
    )


def test_a_close_needs_no_size() -> None:
    read = decision_read(answer({"action": "close", "symbol": "SPY"}), SYMBOLS)
    assert read.answer.orders[0].to_intent() == OrderIntent(Action.CLOSE, "SPY")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("```json\n\n```", "empty"),
        ("<think>Should I?</think>", "empty"),
        ("BUY 1,000", "prose"),
        ("BUY $2,000 worth of SPY", "prose"),
        ("I'm sorry, I can't help with financial advice.", "prose"),
        ("Here is my decision: " + answer(buy()), "prose"),
        ("Sure!\n```json\n" + answer(buy()) + "\n```", "prose"),
        (answer(buy()) + "\nGood luck!", "bad_json"),
        (answer(buy()) + answer(buy(quantity=20)), "bad_json"),
        (answer(buy())[:-20], "bad_json"),
        ("{'action': 'buy'}", "bad_json"),
        ('{"reasoning": "Up.", "reasoning": "Down.", "confidence": 1, "orders": []}', "bad_json"),
        (answer(buy()).replace('"quantity": 10', '"quantity": 10, "quantity": 1000'), "bad_json"),
        ('{"a":' * 50_000, "overlong"),
        ('{"a":' * 19_000, "bad_json"),
        ("[" + answer(buy()) + "]", "wrong_shape"),
        (json.dumps(buy()), "wrong_shape"),
        ('{"orders": []}', "wrong_shape"),
        (answer(buy(shares=10)), "wrong_shape"),
        (answer(buy(action="BUY")), "wrong_shape"),
        (answer(buy(action="hold")), "wrong_shape"),
        (answer(buy(order_type="iceberg")), "wrong_shape"),
        (answer(buy(quantity=None)), "wrong_shape"),
        (answer(buy(equity_percent=10)), "wrong_shape"),
        (answer(buy(quantity=True)), "wrong_shape"),
        (answer(buy(quantity=[10])), "wrong_shape"),
        (answer(buy(quantity="ten")), "wrong_shape"),
        (answer(*[buy()] * 21), "wrong_shape"),
        (answer(confidence=85), "wrong_shape"),
        (answer(confidence=None), "wrong_shape"),
        (answer(orders="none"), "wrong_shape"),
        (answer(buy(symbol="TSLA")), "wrong_symbol"),
        (answer(buy(symbol="spy")), "wrong_symbol"),
        (answer(buy(symbol="")), "wrong_symbol"),
        (with_quantity('"1,000"'), "number_in_words"),
        (with_quantity('"10"'), "number_in_words"),
        (with_quantity('"10 shares"'), "number_in_words"),
        (with_quantity('"$2,000 worth"'), "money_for_number"),
        (with_quantity('"$2000"'), "money_for_number"),
        (with_quantity("NaN"), "not_a_number"),
        (with_quantity("Infinity"), "not_a_number"),
        (with_quantity("-Infinity"), "not_a_number"),
        (with_quantity('"NaN"'), "not_a_number"),
        (answer(buy(limit_price=float("nan"))), "not_a_number"),
        (with_quantity("-10"), "not_positive"),
        (with_quantity("0"), "not_positive"),
        (with_quantity("-0.0"), "not_positive"),
        (answer(buy(limit_price=-1)), "not_positive"),
        (with_quantity("1e-400"), "not_whole"),
        (with_quantity("10.5"), "not_whole"),
        (with_quantity("1000000001"), "huge"),
        (with_quantity("1" * 9_000), "huge"),
        (with_quantity("1e400"), "huge"),
        (with_quantity("1e99999999999999999999"), "huge"),
        (answer(buy(quantity=None, equity_percent=101)), "huge"),
        (answer(buy(limit_price=1e12)), "huge"),
        (with_quantity("1,000"), "bad_json"),
        (with_quantity("1_000"), "bad_json"),
        (with_quantity("0x10"), "bad_json"),
    ],
)
def test_what_is_not_the_answer_asked_for_has_one_code(text: str, code: str) -> None:
    assert refused(text).code == code


def test_the_refusal_says_where_what_was_found_and_what_is_wanted() -> None:
    assert refused(answer(buy(), buy(quantity="1,000"))).message == (
        'orders[1].quantity: should be a bare JSON number, was the text "1,000".'
    )
    assert refused(answer(buy(symbol="TSLA"))).message == (
        "orders[0].symbol: should be one of SPY, IBM, was 'TSLA'."
    )
    assert (
        "orders[0]: should have a quantity or an equity_percent, has neither."
        in refused(answer(buy(quantity=None))).message
    )


@pytest.mark.parametrize(
    ("before", "after", "wrapping"),
    [
        ("```json\n", "\n```", (Wrapping.FENCE,)),
        ("\n```\n", "\n```\n", (Wrapping.FENCE,)),
        ("<think>10 or 1,000? { }</think>\n\n", "", (Wrapping.THINKING,)),
        ("<think>Hm.</think>```json\n", "\n```", (Wrapping.THINKING, Wrapping.FENCE)),
    ],
)
def test_what_stands_around_a_whole_answer_is_taken_off_and_noted(
    before: str, after: str, wrapping: tuple[Wrapping, ...]
) -> None:
    read = decision_read(before + answer(buy(quantity=7)) + after, SYMBOLS)
    assert (read.answer.orders[0].quantity, read.wrapping) == (7, wrapping)


def test_whole_numbers_may_be_spelled_with_a_point() -> None:
    assert [
        decision_read(with_quantity(text), SYMBOLS).answer.orders[0].quantity for text in ("10.0", "1e3")
    ] == [
        10,
        1000,
    ]


def test_what_no_table_can_hold_is_replaced() -> None:
    read = decision_read(answer(reasoning="a\x00b\ud800c", plan="x" * 9_000), SYMBOLS)
    assert (read.answer.reasoning, len(read.answer.plan or "")) == ("a\ufffdb\ufffdc", 4_000)


@pytest.mark.parametrize(
    "text",
    [
        with_quantity('"1\\u0000,000"'),
        with_quantity('"\\ud800 10"'),
        answer(buy(symbol="S\x00Y")),
        answer(**{"odd\x00name\ud800" * 1_000: 1}),
        "\x00\ud800",
    ],
)
def test_a_refusal_can_be_stored_whatever_it_quotes(text: str) -> None:
    message = refused(text).message
    assert "\x00" not in message
    assert len(message) <= 1_000
    message.encode()


def test_a_thought_is_words_without_the_thinking_before_it() -> None:
    assert thought_read("<think>…</think> Range day. ") == "Range day."
    with pytest.raises(BadAnswer) as error:
        thought_read("<think>…</think>")
    assert error.value.code == AnswerCode.EMPTY


def read_or_code(text: str) -> Any:
    try:
        return decision_read(text, SYMBOLS)
    except BadAnswer as error:
        return error.code


any_text = st.text(st.characters(exclude_categories=()))  # halves of characters, too


@given(any_text)
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_or_code(text) in set(AnswerCode)


@given(st.dictionaries(any_text, any_text), any_text, any_text)
def test_no_words_inside_an_answer_break_the_reader(more: dict[str, str], one: str, other: str) -> None:
    found = read_or_code(
        answer(buy(symbol=one, action=other, **{f"x{name}": text for name, text in more.items()}))
    )
    assert isinstance(found, AnswerCode)
    read = read_or_code(answer(buy(), reasoning=one, plan=other))
    read.answer.reasoning.encode()
    (read.answer.plan or "").encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=5,
)


@given(quantity=json_values, percent=json_values)
def test_a_size_is_the_number_that_was_written_or_none(quantity: Any, percent: Any) -> None:
    found = read_or_code(answer(buy(quantity=quantity, equity_percent=percent)))
    if isinstance(found, AnswerCode):
        return
    order = found.answer.orders[0]
    for written, read in ((quantity, order.quantity), (percent, order.equity_percent)):
        assert (read is None) == (written is None)
        if read is not None:
            assert type(written) in (int, float)
            assert Decimal(repr(written)) == read > 0


@given(st.from_regex(r"-?[0-9.,eE+_$ ]{1,12}", fullmatch=True))
def test_a_spelling_means_its_number_or_nothing(spelling: str) -> None:
    found = read_or_code(with_quantity(spelling))
    if not isinstance(found, AnswerCode):
        assert found.answer.orders[0].quantity == Decimal(spelling.strip())


@given(st.text(max_size=30), st.text(max_size=30))
def test_words_beside_an_answer_are_never_traded_on(before: str, after: str) -> None:
    found = read_or_code(before + answer(buy(quantity=7)) + after)
    if before.strip() or after.strip():
        assert isinstance(found, AnswerCode)
    else:
        assert found.answer.orders[0].quantity == 7
