"""Stored values as words, and the snapshot made of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.snapshot_rows import snapshot_sections
from runs.statistics_rows import statistics_sections
from runs.tests.factories import run_make
from runs.words import words_of
from trading.statistics import DEFINITIONS


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        ({}, "—"),
        (0, "0"),
        (False, "no"),
        (True, "yes"),
        ("SPY", "SPY"),
        (["SPY", "IBM"], "SPY, IBM"),
        ({"entry_bars": 20, "sides": ["long"]}, "entry bars: 20, sides: long"),
    ],
)
def test_a_value_is_written_for_people(value: Any, words: str) -> None:
    assert words_of(value) == words


def test_every_value_of_a_snapshot_is_shown(alice: User) -> None:
    snapshot = run_make(alice).snapshot | {"a_section_of_later": {"answer": 42}}
    sections = {section.title: section for section in snapshot_sections(snapshot)}
    for name in ("model", "execution", "profile", "gates"):
        assert len(sections[name.capitalize()].rows) == len(snapshot[name])
    assert ("a section of later", "answer: 42", False) in sections["Record"].rows


def test_a_snapshot_speaks_as_the_forms_do(alice: User) -> None:
    snapshot = run_make(alice).snapshot
    shown = {
        section.title: {row.label: row.value for row in section.rows}
        for section in snapshot_sections(snapshot)
    }
    assert shown["Model"]["Who decides"] == "Moving-average cross"
    assert shown["Model"]["Style"] == "Day trading"
    assert shown["Model"]["Runs at a time"] == str(snapshot["model"]["max_concurrent_runs"])
    assert shown["Execution"]["Market orders fill"] == "At the next bar's open"
    assert shown["Profile"]["Open positions at most"] == str(snapshot["profile"]["max_open_positions"])
    assert "Largest position, % of equity" in shown["Gates"]
    assert not [label for rows in shown.values() for label in rows if "_" in label]


def test_a_convention_of_later_is_shown_as_it_is(alice: User) -> None:
    snapshot = run_make(alice).snapshot
    snapshot["execution"]["market_fill"] = "next_century"
    sections = {section.title: section.rows for section in snapshot_sections(snapshot)}
    assert ("Market orders fill", "next_century", False) in sections["Execution"]


def test_every_statistic_is_shown_with_its_definition() -> None:
    sections = statistics_sections({"total_return": 0.0125, "profit": -12.5, "sharpe": None, "trip_count": 0})
    shown = {figure.definition: figure.text for section in sections for figure in section.figures}
    assert set(shown) == set(DEFINITIONS.values())
    assert "+1.25" in shown[DEFINITIONS["total_return"]]
    assert "−$12.50" in shown[DEFINITIONS["profit"]]
    assert shown[DEFINITIONS["sharpe"]] == "—"
    assert shown[DEFINITIONS["trip_count"]] == "0"


def test_a_statistic_that_was_not_computed_then_is_a_dash() -> None:
    assert {figure.text for section in statistics_sections({}) for figure in section.figures} == {"—"}
