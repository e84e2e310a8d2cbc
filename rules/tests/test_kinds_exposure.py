"""Kinds that limit what all positions come to: count, cash, gross and net exposure, leverage, sectors."""

from __future__ import annotations

from typing import Any

from rules.tests.whole_run import play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType

BARS = {symbol: [100] * 10 for symbol in ("AAA", "BBB", "CCC")}


def said(kind: str, *orders: Any, scope: dict[str, Any] | None = None, **params: Any) -> list[str]:
    """The codes with which a single step of a margin account with $10,000 denies."""
    run = play(BARS, {1: orders}, rules=[rule(kind, **(scope or {}), **params)], is_margin=True)
    return run.denied.get("09:31", [])


def short(quantity: int, symbol: str = "AAA", **fields: Any) -> Any:
    return ask(Action.SHORT, quantity, symbol, **fields)


class TestMaxPositions:
    def test_as_many_as_allowed_and_no_further_one(self) -> None:
        assert said("max_positions", buy(1, "AAA"), short(1, "BBB"), positions=2) == []
        assert said("max_positions", buy(1, "AAA"), buy(1, "BBB"), buy(1, "CCC"), positions=2) == [
            "MAX_POSITIONS"
        ]

    def test_adding_to_a_position_opens_no_further_one(self) -> None:
        run = play(
            BARS, {1: [buy(1)], 3: [buy(1), buy(1, "BBB")]}, rules=[rule("max_positions", positions=1)]
        )
        assert run.held == {"AAA": 2}
        assert run.denied == {"09:33": ["MAX_POSITIONS"]}

    def test_a_resting_entry_counts_and_its_end_makes_room(self) -> None:
        resting = buy(1, order_type=OrderType.LIMIT, limit_price="90")
        run = play(BARS, {1: [resting], 2: [buy(1, "BBB")]}, rules=[rule("max_positions", positions=1)])
        assert run.denied == {"09:32": ["MAX_POSITIONS"]}
        script = {1: [buy(1)], 3: [ask(Action.CLOSE)], 5: [buy(1, "BBB")]}
        assert play(BARS, script, rules=[rule("max_positions", positions=1)]).held == {"BBB": 1}

    def test_only_what_the_rule_looks_at_is_counted(self) -> None:
        orders = [buy(1, "AAA"), buy(1, "BBB"), buy(1, "CCC")]
        assert said("max_positions", *orders, positions=2, scope={"without": ["AAA"]}) == []


class TestMinCashReserve:
    def test_cash_left_in_a_cash_account(self) -> None:
        reserve = rule("min_cash_reserve", percent=20)
        assert play(BARS, {1: [buy(80)]}, rules=[reserve]).denied == {}
        run = play(BARS, {1: [buy(40), buy(40, "BBB"), buy(1, "CCC")]}, rules=[reserve])
        assert run.denied == {"09:31": ["MIN_CASH_RESERVE"]}
        assert run.held == {"AAA": 40, "BBB": 40}

    def test_resized_and_closing_passes(self) -> None:
        resize = rule("min_cash_reserve", verb="resize", percent=20)
        run = play(BARS, {1: [buy(95)], 4: [ask(Action.SELL, 80)]}, rules=[resize])
        assert run.resized == {"09:31": [(95, 80)]}
        assert run.held == {}

    def test_free_margin_in_a_margin_account(self) -> None:
        # Half of a position's value is the account's own: 160 shares tie up $8,000.
        assert said("min_cash_reserve", buy(80), short(80, "BBB"), percent=20) == []
        assert said("min_cash_reserve", buy(80), short(81, "BBB"), percent=20) == ["MIN_CASH_RESERVE"]


class TestGrossExposure:
    HALF: tuple[tuple[str, Any], ...] = (
        ("max_gross_exposure", {"percent": 50}),
        ("max_leverage", {"times": "0.5"}),
    )
    WHOLE: tuple[tuple[str, Any], ...] = (
        ("max_gross_exposure", {"percent": 100}),
        ("max_leverage", {"times": 1}),
    )

    def test_longs_and_shorts_add_up(self) -> None:
        assert said("max_gross_exposure", buy(60), short(40, "BBB"), percent=100) == []
        assert said("max_gross_exposure", buy(60), short(41, "BBB"), percent=100) == ["MAX_GROSS_EXPOSURE"]
        assert said("max_leverage", buy(60), short(40, "BBB"), times=1) == []
        assert said("max_leverage", buy(60), short(41, "BBB"), times=1) == ["MAX_LEVERAGE"]

    def test_a_position_that_is_turned_counts_once(self) -> None:
        for kind, params in self.HALF:
            script = {1: [buy(50)], 3: [ask(Action.SELL, 101)], 5: [ask(Action.SELL, 50)]}
            run = play(BARS, script, rules=[rule(kind, **params)], is_margin=True)
            assert run.denied == {"09:33": [kind.upper()]}
            # The closing half of the denied order had passed.
            assert run.fills[1] == ("09:33", "AAA", "sell", 50)

    def test_resized_together_with_what_works(self) -> None:
        resting = buy(30, order_type=OrderType.LIMIT, limit_price="90")
        for kind, params in self.WHOLE:
            rules = [rule(kind, verb="resize", **params)]
            run = play(BARS, {1: [resting], 2: [short(99, "BBB")]}, rules=rules, is_margin=True)
            assert run.resized == {"09:32": [(99, 70)]}

    def test_what_it_does_not_look_at_is_not_counted(self) -> None:
        orders = [buy(90, "AAA"), buy(50, "BBB")]
        assert said("max_gross_exposure", *orders, percent=50, scope={"only": ["BBB"]}) == []
        assert said("max_gross_exposure", *orders, percent=49, scope={"only": ["BBB"]}) == [
            "MAX_GROSS_EXPOSURE"
        ]


class TestNetExposure:
    def test_what_outweighs_is_capped_on_both_sides(self) -> None:
        for one, other in ((buy, short), (short, buy)):
            assert said("max_net_exposure", one(20), percent=20) == []
            assert said("max_net_exposure", one(21), percent=20) == ["MAX_NET_EXPOSURE"]
            run = play(
                BARS,
                {1: [one(20)], 3: [other(40, "BBB")], 5: [one(40, "CCC"), one(1, "CCC")]},
                rules=[rule("max_net_exposure", percent=20)],
                is_margin=True,
            )
            assert run.denied == {"09:35": ["MAX_NET_EXPOSURE"]}

    def test_an_order_that_may_not_fill_balances_nothing(self) -> None:
        hedge = short(30, "BBB", order_type=OrderType.LIMIT, limit_price="150")
        assert said("max_net_exposure", buy(50), hedge, buy(1, "CCC"), percent=50) == ["MAX_NET_EXPOSURE"]

    def test_what_brings_the_sides_together_passes_even_from_beyond(self) -> None:
        bars = {"AAA": [100] * 4 + [200] * 6, "BBB": [100] * 10}
        script = {1: [buy(50)], 6: [short(10, "BBB"), buy(1, "BBB")]}
        run = play(bars, script, rules=[rule("max_net_exposure", percent=50)], is_margin=True)
        assert run.denied == {"09:36": ["MAX_NET_EXPOSURE"]}
        assert run.held == {"AAA": 50, "BBB": -10}


class TestMaxSectorPercent:
    SECTORS = {"AAA": "Technology", "BBB": "technology ", "CCC": "Energy"}

    def run(self, *orders: Any, **changes: Any) -> Any:
        stage = {"sectors": self.SECTORS, "rules": [rule("max_sector_percent", percent=25)], **changes}
        return play(BARS, {1: orders}, **stage)

    def test_everything_in_the_sector_counts_together(self) -> None:
        assert self.run(buy(15, "AAA"), buy(10, "BBB"), buy(25, "CCC")).denied == {}
        run = self.run(buy(15, "AAA"), buy(11, "BBB"), buy(26, "CCC"))
        assert run.denied == {"09:31": ["MAX_SECTOR_PERCENT"] * 2}
        assert "Technology" in run.verdicts["09:31"][0].message.title()

    def test_resized(self) -> None:
        resize = rule("max_sector_percent", verb="resize", percent=25)
        assert self.run(buy(15, "AAA"), buy(80, "BBB"), rules=[resize]).held == {"AAA": 15, "BBB": 10}

    def test_an_unknown_sector_denies_and_says_so(self) -> None:
        run = self.run(buy(1, "AAA"), buy(1, "CCC"), sectors={"CCC": "Energy"})
        assert run.held == {"CCC": 1}
        (verdict,) = run.verdicts["09:31"]
        assert verdict.code == "RULE_UNENFORCEABLE"
        assert "the sector of AAA is not known" in verdict.message
