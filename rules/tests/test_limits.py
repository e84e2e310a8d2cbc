from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rules.limit_rows import LimitRow, limit_rows
from rules.limits import Limit, effective_limits
from rules.tests.world import limits_with, rule_dict, snapshot, usual_snapshot


def test_the_strictest_limit_comes_first_and_the_others_stay() -> None:
    limits = effective_limits(usual_snapshot())
    assert limits.position_percent == (
        Limit(Decimal("20.00"), "profile", "max_position_size_percent"),
        Limit(Decimal(50), "gate", "max_position_percent"),
    )
    assert limits.cash_reserve_percent == (
        Limit(Decimal("20.00"), "profile", "min_cash_reserve_percent"),
        Limit(Decimal(10), "gate", "min_cash_reserve_percent"),
    )


def test_every_daily_loss_limit_applies_with_its_source() -> None:
    limits = limits_with(
        model={"max_daily_loss_dollars": "500"},
        profile={"max_loss_per_day": "400", "stop_trading_if_daily_loss_exceeds": "600"},
    )
    assert [(limit.value, limit.source, limit.field) for limit in limits.daily_loss] == [
        (Decimal(400), "profile", "max_loss_per_day"),
        (Decimal(500), "model", "max_daily_loss_dollars"),
        (Decimal(600), "profile", "stop_trading_if_daily_loss_exceeds"),
    ]


def test_a_field_that_is_none_sets_no_limit() -> None:
    limits = limits_with()
    assert limits.daily_loss == limits.weekly_loss == limits.position_dollars == limits.open_positions == ()


def test_a_run_without_a_profile_keeps_gates_and_model() -> None:
    limits = effective_limits({**usual_snapshot(), "profile": None})
    assert [limit.source for limit in limits.position_percent] == ["gate"]
    assert limits.trading_hours == ()
    assert limits.no_shorting == ("model",)


@pytest.mark.parametrize("section", ["gates", "profile", "model", "rules"])
def test_a_missing_section_is_an_error_not_a_run_without_limits(section: str) -> None:
    broken = usual_snapshot()
    del broken[section]
    with pytest.raises(ValueError, match=f"{section} is missing"):
        effective_limits(broken)


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("gates", "max_position_percent"),
        ("profile", "max_loss_per_week"),
        ("model", "allow_shorting"),
        ("model", "max_daily_loss_dollars"),
    ],
)
def test_a_missing_field_is_named(section: str, field: str) -> None:
    broken = usual_snapshot()
    del broken[section][field]
    with pytest.raises(ValueError, match=f"{section}.{field} is missing"):
        effective_limits(broken)


@pytest.mark.parametrize("value", ["-1", "NaN", "much", None])
def test_a_senseless_threshold_is_refused(value: str | None) -> None:
    with pytest.raises(ValueError, match=r"gates\.max_drawdown_percent"):
        effective_limits(snapshot(gates={"max_drawdown_percent": value}))


def test_symbols_are_compared_in_capitals() -> None:
    assert limits_with(model={"allowed_symbols": ["aaa ", "Bbb"]}).allowed_symbols == {"AAA", "BBB"}


@pytest.mark.parametrize(
    ("utc", "inside"),
    [
        ("2024-01-03T14:29", False),  # winter: 09:29 in New York
        ("2024-01-03T14:30", True),
        ("2024-01-03T20:59", True),
        ("2024-01-03T21:00", False),  # the end is exclusive
        ("2024-07-03T13:29", False),  # summer: 09:29
        ("2024-07-03T13:30", True),
    ],
)
def test_trading_hours_are_exchange_time_in_winter_and_summer(utc: str, inside: bool) -> None:
    (hours,) = effective_limits(usual_snapshot()).trading_hours
    assert hours.contain(datetime.fromisoformat(utc).replace(tzinfo=UTC)) is inside


def test_trading_hours_may_cross_midnight() -> None:
    (hours,) = limits_with(
        profile={"trading_hours_start": "22:00", "trading_hours_end": "02:00"}
    ).trading_hours
    inside = [hours.contain(datetime(2024, 1, 3, hour, tzinfo=UTC)) for hour in (2, 3, 6, 7, 17)]
    assert inside == [False, True, True, False, False]  # 21:00, 22:00, 01:00, 02:00, 12:00 in New York


def test_rules_stand_in_the_order_of_their_priority_and_then_of_their_owner() -> None:
    rules = [
        rule_dict(name="late", priority=1),
        rule_dict(name="first", priority=10),
        rule_dict(name="b", priority=5),
        rule_dict(name="a", priority=5),
    ]
    assert [rule.name for rule in limits_with(rules=rules).rules] == ["first", "b", "a", "late"]


def test_rows_show_every_limit_with_its_source_and_which_one_binds() -> None:
    rows = limit_rows(
        effective_limits({**usual_snapshot(), "rules": [rule_dict(name="No lunch", priority=5)]})
    )
    assert rows[:3] == [
        LimitRow("Largest position", "20", "% of equity", "profile", True),
        LimitRow("Largest position", "50", "% of equity", "gate", False),
        LimitRow("Largest position", "2,000", "$", "model", True),
    ]
    assert LimitRow("Shorting", "not allowed", "", "profile", True) in rows
    assert LimitRow("Trading hours", "09:30–16:00 exchange time", "", "profile", True) in rows
    assert rows[-1].label == "Rule 'No lunch'"
    assert rows[-1].source == "rule: No lunch"


def test_a_rule_of_unknown_kind_is_shown_as_one_that_denies() -> None:
    (row,) = [
        row
        for row in limit_rows(limits_with(rules=[rule_dict(name="Odd", priority=5)]))
        if row.source == "rule: Odd"
    ]
    assert "cannot be enforced" in row.value


def test_the_caps_of_rules_stand_beside_those_of_gate_profile_and_model() -> None:
    cap = rule_dict(name="Cap", kind="max_position_percent", params={"percent": 10})
    loose = {**cap, "name": "Loose", "params": {"percent": 60}}
    rows = limit_rows(effective_limits({**usual_snapshot(), "rules": [cap, loose]}))
    assert [(row.value, row.source, row.binds) for row in rows if row.unit == "% of equity"][:4] == [
        ("10", "rule: Cap", True),
        ("20", "profile", False),
        ("50", "gate", False),
        ("60", "rule: Loose", False),
    ]
    assert not [row for row in rows if row.label.startswith("Rule")], "the number says all"


def test_a_rule_that_does_more_than_deny_is_told_as_a_sentence_too() -> None:
    cap = rule_dict(name="Cap", kind="max_position_percent", params={"percent": 10}, verb="resize")
    idle = {**cap, "name": "Idle", "params": {"percent": 60}}
    sentences = {
        row.label: row
        for row in limit_rows(effective_limits({**usual_snapshot(), "rules": [cap, idle]}))
        if not row.unit
    }
    assert "made smaller" in sentences["Rule 'Cap'"].value
    assert (sentences["Rule 'Cap'"].binds, sentences["Rule 'Idle'"].binds) == (True, False)


def test_a_rule_about_some_symbols_is_told_with_them_and_compared_with_nothing() -> None:
    cap = rule_dict(
        name="Cap", kind="max_position_percent", params={"percent": 10}, applies_to_symbols=["SPY"]
    )
    (row,) = [row for row in limit_rows(limits_with(rules=[cap])) if row.rule]
    assert row.value == "Never put more than 10 % of equity into one position. (only SPY)"


def test_one_of_something_is_not_told_in_the_plural() -> None:
    limits = limits_with(profile={"max_open_positions": 1})
    units = {row.label: row.unit for row in limit_rows(limits) if row.value == "1"}
    assert units["Most open positions"] == "position"
