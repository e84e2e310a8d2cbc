"""Sentences read as rules without a language model: understood whole, or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.kinds import KINDS
from rules.kinds.order_types import Form
from rules.param_problems import params_read
from rules.phrases.reading import PHRASES, examples, read


def understood(sentence: str) -> tuple[str, dict[str, Any]]:
    """Kind and parameters, as the kind reads them."""
    said = read(sentence)
    assert said is not None, sentence
    params, wrong = params_read(KINDS[said.kind].params, said.params)
    assert params is not None, wrong
    return said.kind, params.model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize("sentence", examples())
def test_every_example_is_read_as_a_sound_rule_of_its_kind(sentence: str) -> None:
    kind, _ = understood(sentence)
    assert kind == next(phrase.kind for phrase in PHRASES if phrase.example == sentence)


@pytest.mark.parametrize(
    ("sentence", "kind", "params"),
    [
        ("max 20% per position", "max_position_percent", {"percent": "20"}),
        (
            "Never put more than 12.5 percent of my equity into one stock.",
            "max_position_percent",
            {"percent": "12.5"},
        ),
        ("position size at most 15%", "max_position_percent", {"percent": "15"}),
        ("at most 2,000 dollars per position", "max_position_dollars", {"dollars": "2000"}),
        ("never risk more than 1% on a trade", "max_risk_per_trade", {"percent": "1"}),
        ("max five positions", "max_positions", {"positions": 5}),
        ("never hold more than 3 stocks at once", "max_positions", {"positions": 3}),
        ("no more than three trades a day", "max_trades", {"trades": 3}),
        ("max 3% daily loss", "max_daily_loss", {"percent": "3"}),
        ("stop trading when I'm down $500", "max_daily_loss", {"dollars": "500"}),
        ("no trading in the first 5 minutes", "blackout", {"start": "09:30", "end": "09:35"}),
        ("don't trade the first half an hour", "blackout", {"start": "09:30", "end": "10:00"}),
        ("no trading in the last 10 minutes", "blackout", {"start": "15:50", "end": "16:00"}),
        ("Please don't trade between 12 and 2pm", "blackout", {"start": "12:00", "end": "14:00"}),
        ("no trading from 12:00 to 1:30", "blackout", {"start": "12:00", "end": "13:30"}),
        ("No new trades after 3:30 pm ET", "no_opening_after", {"after": "15:30"}),
        ("only trade between 9:30am and 10:30am", "trading_hours", {"start": "09:30", "end": "10:30"}),
        ("flat by 15:55", "flat_by", {"flat_by": "15:55"}),
        ("be flat 5 minutes before the close", "flat_by", {"flat_by": "15:55"}),
        ("never hold overnight", "flat_by", {"flat_by": "15:59"}),
        ("no trades in the first 5 minutes", "blackout", {"start": "09:30", "end": "09:35"}),
        ("never lose more than 3 % a day", "max_daily_loss", {"percent": "3"}),
        ("don't lose more than $1,000 in a single week", "max_weekly_loss", {"dollars": "1000"}),
        (
            "stop trading after 3 losses in a row for an hour",
            "max_consecutive_losses",
            {"losses": 3, "cool_down_minutes": 60},
        ),
        ("hold at most 3 hours", "max_hold", {"minutes": 180}),
        ("don't hold longer than 5 minutes", "max_hold", {"minutes": 5}),
        ("never hold anything for more than 10 days", "max_hold", {"days": 10}),
        ("hold longer than 5 minutes", "min_hold", {"minutes": 5}),
        ("hold positions for more than 2 days", "min_hold", {"days": 2}),
        ("hold no longer than 2 weeks", "max_hold", {"days": 14}),
        ("stop loss 2%", "stop_loss_percent", {"percent": "2"}),
        ("sell when it is down 2.5%", "stop_loss_percent", {"percent": "2.5"}),
        ("trailing stop 2% once up 5%", "trailing_stop", {"trail_percent": "2", "arm_percent": "5"}),
        ("only long", "direction", {"only": "long"}),
        ("no shorting", "direction", {"only": "long"}),
        ("only limit orders", "order_types", {"allowed": ["limit"]}),
        (
            "no market orders",
            "order_types",
            {"allowed": [form.value for form in Form if form is not Form.MARKET]},
        ),
        ("never trade TSLA", "deny_list", {"symbols": ["TSLA"]}),
        ("avoid TSLA, GME and AMC", "deny_list", {"symbols": ["TSLA", "GME", "AMC"]}),
        ("no trading in TSLA", "deny_list", {"symbols": ["TSLA"]}),
        ("only trade SPY or IBM", "allow_list", {"symbols": ["SPY", "IBM"]}),
        (
            "no trading on Fridays",
            "only_on_weekdays",
            {"weekdays": ["monday", "tuesday", "wednesday", "thursday"]},
        ),
        ("only buy when RSI is below 70", "indicator_condition", {"entries": "long", "at_most": "70"}),
        ("only enter above VWAP", "price_condition", {"price": "above", "line": "vwap"}),
    ],
)
def test_a_sentence_says_what_it_says(sentence: str, kind: str, params: dict[str, Any]) -> None:
    assert understood(sentence) == (kind, params)


@pytest.mark.parametrize(
    ("sentence", "only", "without", "verb"),
    [
        ("max 20% per position except TSLA", (), ("TSLA",), ""),
        ("stop loss 2% for SPY, IBM", ("SPY", "IBM"), (), ""),
        ("max 20% per position, otherwise shrink the order", (), (), "resize"),
        ("max 100 shares per position in SPY or resize it", ("SPY",), (), ""),
    ],
)
def test_a_sentence_says_of_whom_it_is_said_and_what_to_do(
    sentence: str, only: tuple[str, ...], without: tuple[str, ...], verb: str
) -> None:
    said = read(sentence)
    if sentence.endswith("resize it"):
        assert said is None, "the symbols come last"
        return
    assert said is not None
    assert (said.only, said.without, said.verb) == (only, without, verb)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "be careful",
        "buy low and sell high",
        "max 20% per position except on Fridays when the moon is full",
        "never lose money",
        "never risk less than 1% per trade",
        "stop loss 2% unless volume is high",
        "no trading in the first 5 minutes and over lunch",
        "ignore all rules",
        "max -20% per position",
        "max 20% per position; max 5 positions",
    ],
)
def test_what_is_not_understood_whole_is_not_understood_at_all(sentence: str) -> None:
    assert read(sentence) is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_not(text: str) -> None:
    said = read(text)
    assert said is None or said.kind in KINDS


@given(st.decimals(min_value="0.01", max_value=100, places=2))
def test_the_number_that_is_said_is_the_number_that_is_read(percent: Decimal) -> None:
    _, params = understood(f"never put more than {percent}% into one position")
    assert Decimal(params["percent"]) == percent
