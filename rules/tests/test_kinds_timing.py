"""Kinds that go by the simulated clock, in exchange time, whatever the wall says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rules.tests.played import MONDAY, Played
from rules.tests.whole_run import BARE, Bars, Wish, at_clock, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType, TimeInForce

FLAT = {"AAA": [100] * 12}  # from 09:30
EVERY = {step: [buy(step)] for step in range(1, 12)}
SKIPPING: dict[str, dict[str, Any]] = {  # each forbids the bars that begin at 09:33 and 09:34
    "blackout": {"start": "09:33", "end": "09:35"},
    "trading_hours": {"start": "09:35", "end": "09:33"},
}


def opened(run: Played) -> list[str]:
    return [at for at, _, side, _ in run.fills if side == "buy"]


@pytest.mark.parametrize("verb", ["skip_minute", "reject_trade"])
@pytest.mark.parametrize("kind", SKIPPING)
def test_from_the_first_minute_until_before_the_last(kind: str, verb: str) -> None:
    run = play(FLAT, EVERY, rules=[rule(kind, verb=verb, **SKIPPING[kind])])
    minutes = [f"09:{minute}" for minute in range(31, 42)]
    assert opened(run) == [at for at in minutes if at not in ("09:33", "09:34")]
    assert list(run.denied) == ["09:33", "09:34"]


@pytest.mark.parametrize("kind", SKIPPING)
def test_closing_is_always_possible(kind: str) -> None:
    run = play(FLAT, {1: [buy(5)], 3: [ask(Action.SELL, 5)]}, rules=[rule(kind, **SKIPPING[kind])])
    assert run.fills[1:] == [("09:33", "AAA", "sell", 5)]


@pytest.mark.parametrize("kind", SKIPPING)
def test_no_resting_entry_fills_meanwhile_and_no_exit_is_lost(kind: str) -> None:
    dip = {"AAA": [100, 100, 100, 90, 90, 90]}
    resting = buy(5, order_type=OrderType.LIMIT, limit_price="95")
    run = play(dip, {1: [resting]}, rules=[rule(kind, **SKIPPING[kind])])
    assert run.fills == []
    held = buy(5, stop_loss="95")
    run = play(dip, {1: [held]}, rules=[rule(kind, **SKIPPING[kind])])
    assert run.fills[1:] == [("09:33", "AAA", "sell", 5)]


def test_windows_may_cross_midnight() -> None:
    script: dict[int | str, Wish] = {1: [buy(1)], 2: [buy(2)], "Tue 09:31": [buy(3)], "Tue 09:33": [buy(4)]}
    evening = rule("blackout", start="09:32", end="09:33")
    for start, end, denied in (
        ("09:32", "09:33", ["09:32"]),
        ("09:33", "09:32", ["09:31", "Tue 09:31", "Tue 09:33"]),
    ):
        run = play(
            {"AAA": [100] * 6},
            script,
            {"AAA": [100] * 6},
            rules=[{**evening, "params": {"start": start, "end": end}}],
        )
        assert list(run.denied) == denied


def test_the_wall_clock_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker at ten in the evening, far from the day that it plays, denies 09:33 and nothing else."""
    for name in ("time", "monotonic", "localtime", "gmtime"):
        monkeypatch.setattr(f"time.{name}", lambda *seconds: pytest.fail("somebody read the wall clock"))
    evening = rule("blackout", name="Evening", start="21:00", end="23:00")
    run = play(FLAT, EVERY, rules=[rule("blackout", start="09:33", end="09:34"), evening])
    assert run.denied == {"09:33": ["BLACKOUT"]}
    assert run.verdicts["09:33"][0].source == "rule: blackout"


def test_the_exchange_keeps_its_summer_time() -> None:
    """Half past nine in New York is 14:30 UTC in winter and 13:30 in summer."""
    for day, utc_hour in ((MONDAY, 14), (MONDAY + timedelta(days=7), 13)):
        assert at_clock(day, "09:30").hour == utc_hour
    script: dict[int | str, Wish] = {"Mon 09:33": [buy(1)], "09:33": [buy(1)], "Mon 09:34": [buy(2)]}
    run = play(FLAT, script, FLAT, next_day=5, rules=[rule("blackout", start="09:33", end="09:34")])
    assert list(run.denied) == ["09:33", "Mon 09:33"]


def test_it_counts_when_an_order_would_trade_not_when_it_is_decided() -> None:
    gap = {"AAA": [100, 100, None, None, 100, 100]}  # what is decided at 09:32 trades at 09:34
    run = play(gap, {2: [buy(1)]}, rules=[rule("blackout", start="09:34", end="09:35")])
    assert list(run.denied) == ["09:32"]


@pytest.mark.parametrize("verb", ["skip_minute", "reject_trade"])
@pytest.mark.parametrize("kind", SKIPPING)
def test_a_delayed_order_is_judged_by_when_it_trades(kind: str, verb: str) -> None:
    """With a delay of half a minute what is decided at 09:32 fills at 09:33."""
    slow = replace(BARE, decision_delay_seconds=30)
    run = play(FLAT, EVERY, rules=[rule(kind, verb=verb, **SKIPPING[kind])], settings=slow)
    assert not {"09:33", "09:34"} & {*opened(run)}
    assert {"09:32", "09:33"} <= {*run.denied}
    # What worked before fills in the bar that comes next, delay or none.
    dip = {"AAA": [100, 100, 100, 100, 90, 90]}
    resting = buy(5, order_type=OrderType.LIMIT, limit_price="95")
    run = play(dip, {1: [resting]}, rules=[rule(kind, **SKIPPING[kind])], settings=slow)
    assert run.fills == []


def test_nothing_new_from_a_time_on() -> None:
    run = play(
        FLAT, EVERY | {11: [buy(11), ask(Action.SELL, 1)]}, rules=[rule("no_opening_after", after="09:38")]
    )
    assert opened(run)[-1] == "09:37"
    assert list(run.denied) == ["09:38", "09:39", "09:40", "09:41"]
    assert run.fills[-1] == ("09:41", "AAA", "sell", 1)


class TestDays:
    DAYS = [{"AAA": [100] * 4}] * 5  # Monday, 4 March 2024, to Friday
    SCRIPT: dict[int | str, Wish] = {
        **{f"{day} 09:31": [buy(1)] for day in ("Tue", "Wed", "Thu", "Fri")},
        "09:31": [buy(1)],
        "Fri 09:32": [ask(Action.CLOSE)],
    }

    @pytest.mark.parametrize(
        ("kind", "params"),
        [
            ("only_on_weekdays", {"weekdays": ["tuesday", "thursday"]}),
            ("only_on_dates", {"dates": ["2024-03-05", "2024-03-07"]}),
        ],
    )
    def test_entries_trade_on_the_days_and_exits_on_any(self, kind: str, params: Any) -> None:
        run = play(self.DAYS[0], self.SCRIPT, *self.DAYS[1:], rules=[rule(kind, **params)])
        assert opened(run) == ["Tue 09:31", "Thu 09:31"]
        assert list(run.denied) == ["09:31", "Wed 09:31", "Fri 09:31"]
        assert run.held == {}

    def test_with_daily_bars_it_is_the_next_day_that_counts(self) -> None:
        daily = {"AAA": [100] * 5}
        script = {step: [buy(1, time_in_force=TimeInForce.GTC)] for step in range(1, 5)}
        rules = [rule("only_on_weekdays", weekdays=["wednesday"])]
        assert opened(play(daily, script, rules=rules, is_daily=True)) == ["Wed 09:30"]

    def test_an_entry_that_rests_over_night_does_not_fill_on_another_day(self) -> None:
        resting = buy(1, order_type=OrderType.LIMIT, limit_price="95", time_in_force=TimeInForce.GTC)
        daily: Bars = {"AAA": [100, (100, 101, 99, 100), (90, 90, 90, 90)]}
        rules = [rule("only_on_weekdays", weekdays=["tuesday"])]
        assert play(daily, {1: [resting]}, rules=rules, is_daily=True).fills == []


class TestFlatBy:
    """Beside test_kind_flat_by: the ends of short sessions, holes, and bars of whole days."""

    def test_a_minute_before_an_earlier_close(self) -> None:
        run = play(FLAT, {1: [buy(5)], 8: [buy(1)]}, rules=[rule("flat_by", flat_by="15:55")], closes="09:42")
        assert run.fills[-1] == ("09:41", "AAA", "sell", 6)
        assert play(FLAT, {1: [buy(5)]}, rules=[rule("flat_by", flat_by="15:55")]).held == {"AAA": 5}

    def test_in_the_first_bar_after_a_hole(self) -> None:
        holey: dict[str, Any] = {"AAA": [100, 100, 100, None, None, 100, 100]}
        script = {1: [buy(5)], 3: [buy(1)]}
        run = play(holey, script, rules=[rule("flat_by", flat_by="09:34")])
        assert run.fills[1:] == [("09:35", "AAA", "sell", 5)]
        assert list(run.denied) == ["09:33"]

    def test_bars_of_whole_days_have_no_time_of_the_day(self) -> None:
        run = play({"AAA": [100] * 4}, {1: [buy(1)]}, rules=[rule("flat_by", flat_by="15:55")], is_daily=True)
        assert run.denied == {"16:00": ["RULE_UNENFORCEABLE"]}


class TestMaxHold:
    def test_closed_when_the_time_is_over_and_not_before(self) -> None:
        run = play(FLAT, {1: [buy(5)], 3: [buy(5)]}, rules=[rule("max_hold", name="Quick", minutes=5)])
        assert run.fills[2:] == [("09:36", "AAA", "sell", 10)]
        assert run.forced == {"09:36": [("AAA", "rule: Quick")]}
        assert run.liquidated == {"09:36": ["MAX_HOLD"]}

    def test_each_position_by_itself(self) -> None:
        bars = {"AAA": [100] * 12, "BBB": [100] * 12}
        run = play(
            bars,
            {1: [buy(5)], 4: [buy(5, "BBB")], 6: [buy(1), buy(1, "BBB")]},
            rules=[rule("max_hold", minutes=5)],
        )
        assert run.denied == {"09:36": ["MAX_HOLD"]}
        assert list(run.forced) == ["09:36", "09:39"]

    def test_days_go_by_the_calendar(self) -> None:
        daily = {"AAA": [100] * 6}
        run = play(daily, {1: [buy(5)]}, rules=[rule("max_hold", days=2)], is_daily=True)
        assert run.fills == [("Tue 09:30", "AAA", "buy", 5), ("Thu 09:30", "AAA", "sell", 5)]

    def test_minutes_cannot_be_counted_with_daily_bars(self) -> None:
        run = play({"AAA": [100] * 4}, {1: [buy(1)]}, rules=[rule("max_hold", minutes=5)], is_daily=True)
        assert run.denied == {"16:00": ["RULE_UNENFORCEABLE"]}
