"""Kinds that close positions by themselves: targets and stops, at the bar that reaches them and not before."""

from __future__ import annotations

from typing import Any

import pytest

from rules.tests.played import Played
from rules.tests.whole_run import Bars, Prices, Stage, play, rule
from rules.tests.world import ask, buy
from trading.money import ZERO
from trading.positions import Lot, Position
from trading.tests.market import dec
from trading.types import Action, Decision
from trading.walk import walk

SHORT = ask(Action.SHORT, 10)


def held_through(kind: str, prices: Prices, entry: Any = None, **params: Any) -> Played:
    """Ten shares, long unless told, from the second price on."""
    return play({"AAA": prices}, {1: [entry or buy(10)]}, rules=[rule(kind, **params)], is_margin=True)


def closed(run: Played) -> list[str]:
    """When what was held was closed."""
    return [at for at, *_ in run.fills[1:]]


@pytest.mark.parametrize(
    ("kind", "params", "quiet", "reached"),
    [
        ("take_profit", {"percent": "2.5"}, 102.49, 102.5),
        ("stop_loss_percent", {"percent": "1.5"}, 98.51, 98.5),
        ("trailing_stop", {"trail_percent": 2}, 98.01, 98),
    ],
)
class TestLevels:
    def test_reached_is_enough_and_just_short_of_it_is_not(
        self, kind: str, params: Any, quiet: float, reached: float
    ) -> None:
        assert closed(held_through(kind, [100, 100, quiet, quiet, quiet], **params)) == []
        run = held_through(kind, [100, 100, quiet, reached, quiet], **params)
        assert closed(run) == ["09:34"]
        assert run.forced == {"09:34": [("AAA", f"rule: {kind}")]}
        assert run.liquidated == {"09:34": [kind.upper()]}

    def test_shorts_the_other_way_round(self, kind: str, params: Any, quiet: float, reached: float) -> None:
        mirrored = [100, 100, 200 - quiet, 200 - reached, 100]
        assert closed(held_through(kind, mirrored[:3] + mirrored[2:3] * 2, SHORT, **params)) == []
        assert closed(held_through(kind, mirrored, SHORT, **params)) == ["09:34"]

    def test_nothing_is_added_while_it_is_closed(
        self, kind: str, params: Any, quiet: float, reached: float
    ) -> None:
        bars: Bars = {"AAA": [100, 100, reached, reached, reached], "BBB": [100] * 5}
        run = play(bars, {1: [buy(10)], 3: [buy(5), buy(5, "BBB")]}, rules=[rule(kind, **params)])
        assert run.denied == {"09:33": [kind.upper()]}
        assert run.held == {"BBB": 5}

    def test_only_positions_that_the_rule_looks_at_are_closed(
        self, kind: str, params: Any, quiet: float, reached: float
    ) -> None:
        bars = {symbol: [100, 100, reached, reached] for symbol in ("AAA", "BBB")}
        spared = rule(kind, without=["BBB"], **params)
        assert play(bars, {1: [buy(10), buy(10, "BBB")]}, rules=[spared]).held == {"BBB": 10}


def test_the_average_price_counts_whatever_single_lots_cost() -> None:
    # Ten shares at $100 and ten at $95 are $97.50 on average; 6 % below that is $91.65.
    script = {1: [buy(10)], 3: [buy(10)]}
    for low, at in ((91.66, []), (91.65, ["09:35"])):
        bars = {"AAA": [100, 100, 95, 95, low, low, low]}
        run = play(bars, script, rules=[rule("stop_loss_percent", percent=6)])
        assert list(run.forced) == at


class TestTrailingStop:
    def test_the_best_price_is_the_best_inside_a_bar(self) -> None:
        spike: Prices = [100, 100, (100, 110, 100, 108), 107.81, 107.8, 107]
        run = held_through("trailing_stop", spike, trail_percent=2)
        assert closed(run) == ["09:35"]  # 2 % off 110 is 107.80

    def test_armed_only_once_it_has_gained_enough(self) -> None:
        wild = [100, 100, 104.99, 100, 105, 103, 102.9, 102.9]
        assert closed(held_through("trailing_stop", wild, trail_percent=2)) == ["09:34"]
        assert closed(held_through("trailing_stop", wild, trail_percent=2, arm_percent=5)) == ["09:37"]

    def test_a_new_position_begins_anew(self) -> None:
        prices = [100, 100, 120, 119, 100, 100, 99, 99]
        script = {1: [buy(10)], 4: [ask(Action.CLOSE)], 6: [buy(10)]}
        run = play({"AAA": prices}, script, rules=[rule("trailing_stop", trail_percent=2)])
        assert run.held == {"AAA": 10}
        assert run.forced == {}


class TestStopLossAtr:
    CALM = [(100, 101, 99, 100)] * 6  # ranges of two dollars

    def test_a_multiple_of_the_range_away(self) -> None:
        # ATR(2) is 2, then (2 + 4) / 2 = 3, then (3 + 0) / 2 = 1.50: a loss of $4 is within 2 × 3 and beyond 2 × 1.50.
        fall = [*self.CALM, (97, 97, 96, 96), (96, 96, 96, 96), (96, 96, 96, 96)]
        run = play({"AAA": fall}, {5: [buy(10)]}, rules=[rule("stop_loss_atr", multiple=2, atr_bars=2)])
        assert closed(run) == ["09:38"]
        (verdict,) = run.verdicts["09:38"]
        assert (verdict.limit, verdict.attempted, verdict.unit) == (3, 4, "$")

    def test_nothing_is_opened_before_there_is_a_range_to_watch_it_by(self) -> None:
        run = play(
            {"AAA": self.CALM},
            {2: [buy(1)], 3: [buy(1)]},
            rules=[rule("stop_loss_atr", multiple=2, atr_bars=3)],
        )
        assert run.denied == {"09:32": ["RULE_UNENFORCEABLE"]}
        assert run.held == {"AAA": 1}

    def test_a_symbol_without_one_hides_no_other(self) -> None:
        """A position from before the rule, as a what-if has it, may be in a symbol without enough bars."""
        bars: Bars = {"AAA": [None] * 4 + [100] * 4, "BBB": [*self.CALM, 90, 90]}
        rules = [rule("stop_loss_atr", multiple=1, atr_bars=4)]
        stage = Stage([bars], rules=rules)
        account = stage._account()
        for symbol, price in (("AAA", 100), ("BBB", 100)):
            lot = Lot(5, dec(price), ZERO, account.now, 0, dec(price), dec(price))
            account.positions[symbol] = Position(symbol, 5, [lot])
            account.marks[symbol] = dec(price)
        door = stage.door()
        results = walk(account, stage.reel(), lambda _: Decision(), door.approve, watch=door.watch)
        fills = [fill for stretch in results for result in stretch.results() for fill in result.fills]
        assert [(fill.symbol, fill.quantity) for fill in fills] == [("BBB", 5)]


def test_a_rule_that_closes_never_closes_twice() -> None:
    bars: Bars = {"AAA": [100, 100, 90, None, None, 90, 90, 90], "BBB": [50] * 8}
    rules = [
        rule("stop_loss_percent", percent=5),
        rule("trailing_stop", trail_percent=5),
        rule("max_hold", minutes=3),
    ]
    run = play(bars, {1: [buy(10)]}, rules=rules)
    assert [fill[2:] for fill in run.fills] == [("buy", 10), ("sell", 10)]
    assert list(run.forced) == ["09:33"]
    assert run.forced["09:33"] == [("AAA", "rule: stop_loss_percent")]  # the first of two is told
