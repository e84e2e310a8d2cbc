"""What is odd about rules: found by looking at them, and by trying them together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules.kinds import KINDS
from rules.limits import effective_limits
from rules.lint import Severity, lint, starved_by
from rules.snapshot import RuleSpec
from rules.starters import STARTERS, params_of
from rules.strictness import STRICTER
from rules.tests.whole_run import play
from rules.tests.world import buy, limits_with, rule_dict, usual_snapshot
from rules.trials.together import lint_together

Found = list[tuple[str, str]]


def rule(
    kind: str, name: str = "", verb: str = "", *, scope: list[str] | None = None, **params: Any
) -> RuleSpec:
    own = KINDS[kind]
    return RuleSpec.model_validate(
        rule_dict(
            name=name or kind,
            kind=kind,
            category=own.category,
            params=params,
            verb=verb or own.verbs[0],
            applies_to_symbols=scope,
        )
    )


def odd(*rules: RuleSpec, **limits: Any) -> Found:
    """Rule and code of what is found by looking, where nothing else limits anything."""
    return [(found.rule, found.code) for found in lint(rules, limits_with(**limits))]


def odd_together(*rules: RuleSpec, limits: Any = None) -> Found:
    given = limits or limits_with()
    found = lint_together(rules, given, cash=Decimal(10_000), symbols=("SPY", "IBM"))
    return [(each.rule, each.code) for each in found]


def test_sound_rules_are_not_odd() -> None:
    rules = [
        rule("max_position_percent", percent=20),
        rule("max_positions", positions=3),
        rule("flat_by", flat_by="15:55"),
    ]
    assert odd(*rules) == odd_together(*rules) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (rule("kill_switch"), "never_passes"),
        (rule("blackout", start="09:00", end="16:30"), "never_passes"),
        (rule("no_opening_after", after="09:30"), "never_passes"),
        (rule_dict(name="Gone", kind="gone"), "unenforceable"),
        (rule_dict(name="Broken", kind="max_positions", params={"positions": 0}), "unenforceable"),
        (rule("max_positions", positions=3).model_copy(update={"verb": "resize"}), "unenforceable"),
        (rule("max_positions", positions=3).model_copy(update={"applies_to_assets": ["crypto"]}), "no_scope"),
    ],
)
def test_a_rule_that_nothing_passes_or_that_looks_at_nothing_is_odd_by_itself(given: Any, code: str) -> None:
    found = lint([RuleSpec.model_validate(given)], limits_with())
    assert [each.code for each in found] == [code]
    assert found[0].severity is (Severity.IDLE if code == "no_scope" else Severity.PROBLEM)


WAITS_FOR_FIVE = [
    rule("min_volume", shares=1, last_bars=5),
    rule("min_relative_volume", times="0.1", mean_bars=4),
    rule("halt_on_volatility", verb="reject_trade", times=1000, mean_bars=3),
    rule("stop_loss_atr", multiple=100, atr_bars=5),
    rule("indicator_condition", indicator="rsi", indicator_bars=4, at_most=100),
    rule("indicator_condition", indicator="zscore", indicator_bars=5, at_most=100),
    rule("price_condition", price="above", line="sma", line_bars=5),
    rule("price_condition", price="above", line="ema", line_bars=5),
    rule("price_condition", price="above", line="highest_before", line_bars=4),
    rule("price_condition", price="above", line="lowest_before", line_bars=4),
]


@pytest.mark.parametrize("given", WAITS_FOR_FIVE, ids=lambda given: f"{given.kind} {given.params}")
def test_a_rule_waits_for_as_many_bars_as_it_says(given: RuleSpec) -> None:
    prices = {"AAA": [100 + minute for minute in range(8)]}
    early, just = (play(prices, {step: [buy(1)]}, rules=[given]).denied for step in (4, 5))
    assert early == {"09:34": ["RULE_UNENFORCEABLE"]}
    assert just == {}
    # Decided behind the fifth bar, an order fills in a sixth.
    assert starved_by([given], 5) == [(given.name, 5)]
    assert starved_by([given], 6) == []


def test_every_kind_that_looks_back_over_bars_says_how_many_it_waits_for() -> None:
    fields = {
        name
        for name, kind in KINDS.items()
        if any(each.endswith("_bars") for each in kind.params.model_fields)
    }
    assert (
        fields
        == {name for name, kind in KINDS.items() if kind.bars_wanted}
        == {each.kind for each in WAITS_FOR_FIVE}
    )


@pytest.mark.parametrize(("bars", "is_odd"), [(389, False), (390, True)])
def test_a_rule_that_waits_for_a_whole_day_is_pointed_out(bars: int, is_odd: bool) -> None:
    found = lint([rule("min_volume", shares=1, last_bars=bars)], limits_with())
    assert [(each.code, each.severity) for each in found] == [("no_bars_left", Severity.NOTE)] * is_odd
    if found:
        assert "before 390 bars of a symbol have closed" in found[0].message


def test_a_rule_about_what_the_model_never_trades_is_idle() -> None:
    cap = rule("max_position_percent", scope=["TSLA"], percent=5)
    assert odd(cap, model={"allowed_symbols": ["SPY"]}) == [("max_position_percent", "no_scope")]
    assert odd(cap, model={"allowed_symbols": ["SPY", "TSLA"]}) == []
    without = rule("max_positions", positions=3).model_copy(update={"exclude_symbols": ["SPY"]})
    assert odd(without, model={"allowed_symbols": ["SPY"]}) == [("max_positions", "no_scope")]


@pytest.mark.parametrize(("percent", "is_idle"), [(19, False), (20, True), (60, True)])
def test_a_cap_that_the_profile_has_tighter_is_idle(percent: int, is_idle: bool) -> None:
    (*found,) = lint([rule("max_position_percent", percent=percent)], effective_limits(usual_snapshot()))
    assert bool(found) is is_idle
    if found:
        assert found[0].message == "It never matters: the profile allows 20 % of equity anyway."


def test_a_floor_that_the_gate_has_higher_is_idle() -> None:
    found = lint([rule("min_cash_reserve", percent=8)], limits_with(gates={"min_cash_reserve_percent": "10"}))
    assert [each.code for each in found] == ["idle_beside_limit"]
    assert "wants 10 %" in found[0].message
    assert (
        lint([rule("min_cash_reserve", percent=11)], limits_with(gates={"min_cash_reserve_percent": "10"}))
        == []
    )


def test_a_looser_rule_is_idle_beside_a_stricter_one() -> None:
    strict, loose = rule("max_positions", "Three", positions=3), rule("max_positions", "Five", positions=5)
    assert odd(strict, loose) == odd(loose, strict) == [("Five", "shadowed")]


def test_a_stricter_rule_about_some_symbols_shadows_nothing_else() -> None:
    strict = rule("max_position_percent", "SPY", scope=["SPY"], percent=5)
    loose = rule("max_position_percent", "All", percent=20)
    assert odd(strict, loose) == []
    assert odd(rule("max_position_percent", "SPY", scope=["SPY"], percent=30), loose) == [("SPY", "shadowed")]


@pytest.mark.parametrize(
    ("kind", "strict", "loose"),
    [
        ("max_position_shares", {"shares": 10}, {"shares": 20}),
        ("max_trades", {"trades": 2}, {"trades": 5}),
        ("max_hold", {"minutes": 5}, {"minutes": 50}),
        ("min_hold", {"days": 2}, {"days": 1}),
        ("take_profit", {"percent": 1}, {"percent": 2}),
        ("stop_loss_percent", {"percent": 1}, {"percent": "1.5"}),
        ("trailing_stop", {"trail_percent": 1, "arm_percent": 2}, {"trail_percent": 2, "arm_percent": 2}),
        ("price_range", {"min_dollars": 5, "max_dollars": 50}, {"min_dollars": 5}),
        ("min_volume", {"shares": 2000, "last_bars": 5}, {"shares": 1000, "last_bars": 5}),
        ("max_consecutive_losses", {"losses": 2, "cool_down_minutes": 60}, {"losses": 3, "cool_down_minutes": 30}),
        ("halt_on_loss", {"percent": 2}, {"percent": 3}),
    ],
)  # fmt: skip
def test_the_looser_of_two_is_idle_whatever_their_kind(kind: str, strict: Any, loose: Any) -> None:
    one, other = rule(kind, "Strict", **strict), rule(kind, "Loose", **loose)
    assert odd(one, other) == odd(other, one) == [("Loose", "shadowed")]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("trailing_stop", {"trail_percent": 1, "arm_percent": 2}, {"trail_percent": 2}),
        ("max_hold", {"minutes": 5}, {"days": 1}),
        ("min_volume", {"shares": 2000, "last_bars": 5}, {"shares": 1000, "last_bars": 6}),
        ("price_range", {"min_dollars": 5}, {"max_dollars": 50}),
        ("max_daily_loss", {"percent": 3}, {"dollars": 300}),
    ],
)
def test_what_can_not_be_compared_shadows_nothing(kind: str, one: Any, other: Any) -> None:
    assert odd(rule(kind, "One", **one), rule(kind, "Other", **other)) == []


def test_every_parameter_of_which_one_way_is_stricter_is_one_of_its_kind() -> None:
    for kind, ways in STRICTER.items():
        assert ways.keys() <= KINDS[kind].params.model_fields.keys(), kind


def test_over_more_symbols_a_row_of_losses_may_be_shorter() -> None:
    wide = rule("max_consecutive_losses", "All", losses=2, cool_down_minutes=60)
    narrow = rule("max_consecutive_losses", "SPY", scope=["SPY"], losses=3, cool_down_minutes=60)
    assert odd(wide, narrow) == []


def test_a_looser_rule_that_denies_what_a_stricter_one_would_make_smaller_matters() -> None:
    resize = rule("max_position_percent", "Resize", "resize", percent=10)
    deny = rule("max_position_percent", "Deny", percent=20)
    assert odd(resize, deny) == []


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (("price_range", {"min_dollars": 10}), ("price_range", {"max_dollars": 5}), True),
        (("price_range", {"min_dollars": 5}), ("price_range", {"max_dollars": 5}), False),
        (("indicator_condition", {"at_most": 30}), ("indicator_condition", {"at_least": 70}), True),
        (("indicator_condition", {"at_most": 30}), ("indicator_condition", {"at_least": 70, "entries": "short"}), False),
        (("only_on_weekdays", {"weekdays": ["monday"]}), ("only_on_dates", {"dates": ["2026-11-20"]}), True),
        (("only_on_weekdays", {"weekdays": ["friday"]}), ("only_on_dates", {"dates": ["2026-11-20"]}), False),
        (("only_on_weekdays", {"weekdays": ["friday"]}), ("only_on_weekdays", {"weekdays": ["monday"]}), True),
        (("only_on_dates", {"dates": ["2026-11-20"]}), ("only_on_dates", {"dates": ["2026-11-23"]}), True),
    ],
)  # fmt: skip
def test_ranges_and_days_that_do_not_meet_contradict_each_other(one: Any, other: Any, clash: bool) -> None:
    rules = [rule(kind, name, **params) for name, (kind, params) in (("One", one), ("Other", other))]
    assert [code for _, code in odd(*rules)] == (["contradiction"] if clash else [])
    apart = [
        rule(kind, name, scope=[name.upper()], **params)
        for name, (kind, params) in (("One", one), ("Other", other))
    ]
    assert odd(*apart) == [], "of different symbols"


def test_a_rule_that_resizes_behind_one_that_denies_never_does() -> None:
    deny = rule("max_position_percent", "Deny", percent=10)
    resize = rule("max_position_percent", "Resize", "resize", percent=20)
    (finding,) = lint([deny, resize], limits_with())
    assert (finding.rule, finding.others) == ("Resize", ("Deny",))
    assert "never makes an order smaller" in finding.message


def test_of_two_rules_that_say_the_same_the_second_is_idle() -> None:
    rules = [rule("deny_list", name, symbols=["TSLA"]) for name in ("One", "Two")]
    assert odd(*rules) == [("Two", "duplicate")]


def test_each_passes_something_and_together_nothing() -> None:
    long, short = rule("direction", "Long", only="long"), rule("direction", "Short", only="short")
    assert odd_together(long, short) == [("Short", "contradiction")]
    morning = rule("blackout", "Morning", start="09:30", end="12:00")
    early = rule("trading_hours", "Early", start="09:30", end="11:00")
    assert odd_together(morning, early) == [("Early", "contradiction")]
    assert odd_together(morning, rule("trading_hours", "Late", start="09:30", end="12:30")) == []
    only, never = rule("allow_list", "Only", symbols=["SPY"]), rule("deny_list", "Never", symbols=["SPY"])
    assert odd_together(only, never) == [("Never", "contradiction")]


def test_what_the_model_forbids_is_all_that_a_rule_would_let_through() -> None:
    short = rule("direction", "Short", only="short")
    assert odd_together(short, limits=effective_limits(usual_snapshot())) == [("Short", "opens_nothing")]
    assert odd_together(short) == []
    for form in (
        "stop",
        "stop-limit",
        "trailing-stop",
        "market-on-open",
        "market-on-close",
        "limit-if-touched",
    ):
        stops = rule("order_types", "Stops", allowed=[form])
        assert odd_together(stops, limits=effective_limits(usual_snapshot())) == [("Stops", "opens_nothing")]
        assert odd_together(stops) == []


def test_a_window_inside_another_never_matters() -> None:
    inner = rule("blackout", "Inner", start="12:15", end="12:45")
    outer = rule("blackout", "Outer", start="12:00", end="14:00")
    assert odd_together(inner, outer) == [("Inner", "shadowed")]
    reaching = rule("blackout", "Reaching", start="12:15", end="14:01")
    assert odd_together(reaching, outer) == []


def test_a_rule_that_only_real_data_can_judge_is_not_called_odd() -> None:
    assert odd_together(rule("min_daily_volume", shares=10**9, mean_days=20)) == []
    assert odd_together(rule("only_on_dates", dates=["2031-01-02"])) == []


@pytest.mark.parametrize("name", sorted(STARTERS))
def test_no_starter_set_contradicts_itself(name: str) -> None:
    rules = [
        rule(each.kind, each.name or each.kind, each.verb, **params_of(each)) for each in STARTERS[name].rules
    ]
    assert odd(*rules) == []
    assert odd_together(*rules) == []
