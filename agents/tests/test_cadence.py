"""When a language model is asked, what its parameters may be, and what a run of it will take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents.bench.prompts import prompt_pace
from agents.deciders.base import Observation
from agents.deciders.cadence import LastAsked, is_analysis_due, is_shaded, why_asked
from agents.deciders.llm import Llm, marks_read
from agents.deciders.llm_params import LlmParams, planned_calls, prompt_tokens
from agents.llm.types import Purpose
from agents.prompts.diary import FillNote, Happened, StepNote
from core.errors import UserError
from market.asof import AsOfReader
from market.columns import BarColumns
from trading.orders import Order, OrderStatus
from trading.session import start_account
from trading.settings import ExecutionSettings
from trading.types import OrderType, Side, TimeInForce

OPEN = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
QUIET = Happened()


def params(**values: Any) -> LlmParams:
    checked = Llm.check(values)
    assert isinstance(checked, LlmParams)
    return checked


def seen(closes: list[float], volumes: list[int] | None = None) -> Observation:
    """One symbol at the last of these closes, each bar with a range of one dollar."""
    start = int(OPEN.timestamp())
    rows = [
        (
            start + 60 * minute,
            close,
            close + 0.5,
            close - 0.5,
            close,
            (volumes or [1000] * len(closes))[minute],
        )
        for minute, close in enumerate(closes)
    ]
    reader = AsOfReader({"SPY": BarColumns.of(rows)})
    account = start_account(Decimal(10_000), ExecutionSettings(), OPEN)
    account.step, account.now = len(closes), OPEN + timedelta(minutes=len(closes))
    account.marks["SPY"], account.marked_at["SPY"] = Decimal(str(closes[-1])), account.now
    reader.advance_to(account.now)
    return Observation(account, reader, ("SPY",))


def asked_at(step: int = 1, close: str = "100") -> LastAsked:
    return LastAsked(step, {"SPY": Decimal(close)})


def test_the_first_bar_is_always_asked_about() -> None:
    assert why_asked(params(every=0), seen([100]), LastAsked(), None, QUIET) == ["the first bar"]


def test_every_so_many_bars_counts_from_the_first() -> None:
    asked = [
        step
        for step in range(2, 14)
        if why_asked(params(every=4), seen([100.0] * step), asked_at(), None, QUIET)
    ]
    assert asked == [5, 9, 13]


@pytest.mark.parametrize(
    ("close", "reasons"), [(101.9, []), (97.5, ["SPY moved 2.2 ATR since you were last asked"])]
)
def test_a_move_is_measured_from_the_last_question_in_average_ranges(
    close: float, reasons: list[str]
) -> None:
    # After ranges of 1 Wilder's ATR is (13 + the last true range) / 14: (13 + 3) / 14, and 2.5 divided by it is 2.19.
    found = why_asked(params(every=0, on_move=2), seen([100.0] * 15 + [close]), asked_at(), None, QUIET)
    assert found == reasons


def test_without_a_range_there_is_no_move() -> None:
    assert why_asked(params(every=0, on_move=2), seen([100, 150]), asked_at(), None, QUIET) == []


def test_a_spike_of_volume_counts_at_its_own_bar() -> None:
    spike = seen([100.0] * 21, [1000] * 20 + [3500])
    assert why_asked(params(every=0, on_volume=3), spike, asked_at(), None, QUIET) == [
        "SPY traded 3.5 times its usual volume"
    ]
    spike.account.marked_at["SPY"] -= timedelta(minutes=1)  # it had no bar at this step
    assert why_asked(params(every=0, on_volume=3), spike, asked_at(), None, QUIET) == []


def test_a_working_stop_that_is_near_counts() -> None:
    observation = seen([100.0] * 15)
    observation.account.working = {3: stop_order("99.4")}
    found = why_asked(params(every=0, on_stop=1), observation, asked_at(), None, QUIET)
    assert found == ["the stop of order 3 is 0.6 ATR away"]
    observation.account.working = {3: stop_order("98.9")}
    assert why_asked(params(every=0, on_stop=1), observation, asked_at(), None, QUIET) == []


def stop_order(stop: str) -> Order:
    return Order(
        number=3,
        symbol="SPY",
        side=Side.SELL,
        quantity=1,
        is_opening=False,
        order_type=OrderType.STOP,
        limit_price=None,
        stop_price=Decimal(stop),
        trail_amount=None,
        trail_percent=None,
        time_in_force=TimeInForce.DAY,
        expires_at=None,
        take_profit=None,
        stop_loss=None,
        replaces=None,
        tag="",
        status=OrderStatus.WORKING,
        decided_step=1,
        decided_at=OPEN,
        active_from=OPEN,
    )


def test_fills_and_what_rules_and_broker_said_count_unless_switched_off() -> None:
    happened = Happened((FillNote(7, "buy", 5, "SPY", Decimal(100)),))
    before = StepNote(
        2,
        "denied",
        verdicts=[{"code": "POSITION_SIZE"}, {"code": "POSITION_SIZE"}],
        notices=[{"code": "MARGIN_CALL"}],
    )
    observation = seen([100.0] * 3)
    assert why_asked(params(every=0), observation, asked_at(), before, happened) == [
        "order 7 filled",
        "POSITION_SIZE at the bar before",
        "MARGIN_CALL at the bar before",
    ]
    off = params(every=0, on_fill=False, on_event=False)
    assert why_asked(off, observation, asked_at(), before, happened) == []


def test_the_shade_is_a_seeded_sample() -> None:
    sample = [step for step in range(1, 2001) if is_shaded(params(shade_rate=0.1, shade_seed=7), step)]
    assert sample == [
        step for step in range(1, 2001) if is_shaded(params(shade_rate=0.1, shade_seed=7), step)
    ]
    assert 150 <= len(sample) <= 250
    other = [step for step in range(1, 2001) if is_shaded(params(shade_rate=0.1, shade_seed=8), step)]
    assert sample != other
    assert not is_shaded(params(), 5)


def test_an_analysis_comes_with_the_first_question_after_its_interval() -> None:
    every_ten = params(analysis_every=10)
    due = [step for step in (8, 10, 11, 12) if is_analysis_due(every_ten, step, asked_at(step - 1))]
    assert due == [11]
    assert is_analysis_due(every_ten, 17, asked_at(6)), "bars 11 to 16 were skipped"
    assert not is_analysis_due(params(analysis_every=0), 11, asked_at(10))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"indicators": "rsi"}, "rsi should be written like 'rsi 14'"),
        ({"indicators": "rsi 14 3"}, "rsi should be written like"),
        ({"indicators": "vwap 3"}, "vwap should be written like 'vwap'"),
        ({"indicators": "sma 0"}, "sma should be written like"),
        ({"indicators": "sma 9999"}, "sma should be written like"),
        ({"indicators": "macd 12"}, "an indicator should be one of sma, ema"),
        ({"indicators": ", ".join(f"sma {n}" for n in range(1, 10))}, "at most 8 indicators, found 9"),
        ({"prompt": "trader_0"}, "should be one of trader_1"),
        ({"bars_shown": 1}, "greater than or equal to 5"),
        ({"shade_rate": 2}, "less than or equal to 1"),
        ({"on_move": 0}, "greater than 0"),
    ],
)
def test_bad_parameters_are_refused_in_words(values: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        params(**values)


def test_indicators_are_kept_in_one_spelling() -> None:
    assert params(indicators=" rsi  14;vwap,, rsi 14").indicators == "rsi 14, vwap"
    assert params(indicators="").indicators == ""


def test_what_a_run_asks_is_planned_from_its_cadence() -> None:
    assert planned_calls(params(), range(1, 391)) == {
        Purpose.PLAN: 1,
        Purpose.ANALYSIS: 6,
        Purpose.DECISION: 390,
        Purpose.REFLECTION: 1,
        Purpose.SHADE: 0,
    }
    sparse = planned_calls(params(every=10, shade_rate=0.1, plan=False, analysis_every=0), range(1, 391))
    assert (sparse[Purpose.DECISION], sparse[Purpose.SHADE], sparse[Purpose.PLAN]) == (39, 35, 0)
    weekly = planned_calls(params(every=2, analysis_every=10), [1, 4, 8, 13, 17])
    assert (weekly[Purpose.DECISION], weekly[Purpose.ANALYSIS]) == (3, 1), "asked at 1, 13 and 17"
    assert sum(planned_calls(params(reflection=False, plan=False), []).values()) == 0


def test_the_estimate_of_a_prompt_is_near_what_is_measured() -> None:
    estimated = sum(prompt_tokens(params(), 1, range(1, 391)))
    assert estimated == pytest.approx(prompt_pace().shares.tokens, rel=0.15)


def test_marks_are_read_as_they_were_written() -> None:
    assert marks_read("SPY=100.05 BRK.B=411.2") == {"SPY": Decimal("100.05"), "BRK.B": Decimal("411.2")}
    assert marks_read("") == {}
