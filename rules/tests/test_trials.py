"""Trying rules: examples on both sides of their limit, found by the real door."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from rules.kinds import KINDS
from rules.param_fields import first_values
from rules.snapshot import RuleSpec
from rules.tests.world import rule_dict
from rules.trials.examples import Examples, examples_of

NO_LIMIT = {"kill_switch"}  # nothing passes it


def spec(kind: str, *, verb: str = "", **changes: Any) -> RuleSpec:
    own = KINDS[kind]
    values = {"name": "Tried", "kind": kind, "category": own.category, "params": first_values(own.params)}
    return RuleSpec.model_validate(rule_dict(**values | {"verb": verb or own.verbs[0]} | changes))


def tried(kind: str, **changes: Any) -> Examples:
    return examples_of(spec(kind, **changes), cash=Decimal(10_000), symbols=("SPY", "IBM"))


def size_and_price(words: str) -> tuple[int, Decimal]:
    found = re.search(r"buy ([\d,]+) \w+ at \$([\d,.]+)", words)
    assert found, words
    return int(found[1].replace(",", "")), Decimal(found[2].replace(",", ""))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - NO_LIMIT))
def test_two_of_each_are_found_for_every_kind(kind: str) -> None:
    found = tried(kind)
    assert found.is_complete
    assert all(trial.passed and not trial.why for trial in found.passing)
    assert all(trial.why and trial.is_known for trial in found.failing)
    assert len({trial.words for trial in (*found.passing, *found.failing)}) == 4


def test_the_same_rule_has_the_same_examples() -> None:
    assert tried("max_daily_loss") == tried("max_daily_loss")


@pytest.mark.parametrize("percent", [1, 20, 55, 100])
def test_the_largest_size_that_passes_and_one_share_more_stand_beside_the_limit(percent: int) -> None:
    found = tried("max_position_percent", params={"percent": percent})
    shares, price = size_and_price(found.passing[0].words)
    above, same_price = size_and_price(found.failing[0].words)
    assert (above, same_price) == (shares + 1, price)
    assert shares * price <= 10_000 * Decimal(percent) / 100 < above * price


def test_an_order_that_is_made_smaller_tells_what_is_left_of_it() -> None:
    found = tried("max_position_percent", verb="resize", params={"percent": 20})
    shares, _ = size_and_price(found.passing[0].words)
    assert found.failing[0].effect == "resized"
    assert f"{shares} of {shares + 1} shares are sent" in found.failing[0].why


def test_a_window_is_shown_at_its_edge() -> None:
    found = tried("blackout", params={"start": "09:30", "end": "09:35"})
    assert found.passing[0].words.startswith("At 09:35, buy")
    assert found.failing[0].words.startswith("At 09:34, buy")


def test_a_stop_is_shown_on_a_position_that_loses() -> None:
    found = tried("stop_loss_percent", params={"percent": "1.5"})
    changes = [
        Decimal(re.search(r"\(([−+][\d.]+) %\)", trial.words)[1].replace("−", "-"))  # type: ignore[index]  # it is there
        for trial in (found.passing[0], found.failing[0])
    ]
    assert Decimal("-1.6") < changes[1] <= Decimal("-1.5") < changes[0] < Decimal("-1.4")
    assert found.failing[0].effect == "closed"


def test_a_rule_is_tried_on_a_symbol_that_it_looks_at() -> None:
    found = tried("max_position_shares", params={"shares": 7}, applies_to_symbols=["QQQ"])
    assert "buy 7 QQQ" in found.passing[0].words
    assert "buy 8 QQQ" in found.failing[0].words


def test_a_rule_that_nothing_passes_says_so() -> None:
    found = tried("kill_switch")
    assert (len(found.passing), len(found.failing)) == (0, 2)


def test_a_rule_that_cannot_be_read_has_no_examples() -> None:
    broken = spec("max_position_percent", params={"percent": -3})
    assert examples_of(broken, cash=Decimal(10_000)) == Examples((), ())
