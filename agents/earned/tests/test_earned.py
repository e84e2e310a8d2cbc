"""What each rule and gate earned, worked out by hand; stored once, replaced when asked again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from agents.earned.compute import report_make
from agents.earned.models import ReportState, RuleEarning, RuleReport
from agents.earned.price import MOST_POINTS, Pricing, drawn_rows
from agents.earned.selectors import report_of
from agents.earned.services import earned_request
from agents.recorded import recorded_load
from agents.tasks import run_advance
from agents.tests.tape import minutes, queued, trade, trader, wish
from agents.whatif.tests.conftest import traded
from core.errors import Conflict, Forbidden
from core.rls import acting_as
from market.models import Bar
from rules.services import rule_create
from runs.models import Run, RunState


@pytest.fixture
def run(alice: User) -> Run:
    """The gate's 50 % denies 60 shares in steps 1, 2 and 3; in step 1 it is no short besides. 20 pass in step 4."""
    script = {
        1: [wish("short", 60)],
        2: [wish("buy", 60)],
        3: [wish("buy", 70)],
        4: [wish("buy", 20), wish("buy", 0)],
    }
    return traded(alice, script, *[100] * 6, *[110] * 4)


def made(user: User, run: Run) -> RuleReport:
    with acting_as(user.pk):
        earned_request(user, run.pk)
    assert report_make(user.pk, run.pk)
    with acting_as(user.pk):
        report = report_of(run)
    assert report is not None
    return report


def by_name(report: RuleReport) -> dict[str, RuleEarning]:
    return {row.name: row for row in report.earnings.all()}


def test_a_gate_that_kept_a_gain_away_has_earned_less_than_nothing(alice: User, run: Run) -> None:
    report = made(alice, run)
    size = by_name(report)["position size"]

    assert (report.state, report.problem, report.final_equity) == (ReportState.DONE, "", 10_200)
    assert (size.fired, size.denied, size.denied_alone) == (3, 3, 2)
    # Without it 60 shares gain $600 more; the next 70 can't be paid.
    assert (size.final_equity, size.earned) == (10_800, -600)
    assert (size.first_step, size.not_priced) == (2, "")
    assert size.first_difference.startswith("buy 60 TEST passes; it was denied")
    assert size.blocked == {"short 60 TEST": 1, "buy 60 TEST": 1, "buy 70 TEST": 1}


def test_a_gate_beside_another_that_denies_too_makes_no_difference(alice: User, run: Run) -> None:
    permission = by_name(made(alice, run))["permission"]

    assert (permission.fired, permission.denied, permission.denied_alone) == (1, 1, 0)
    assert (permission.final_equity, permission.earned, permission.first_step) == (10_200, 0, None)


def test_a_gate_that_says_what_an_order_is_has_no_price(alice: User, run: Run) -> None:
    quantity = by_name(made(alice, run))["quantity"]

    assert (quantity.fired, quantity.blocked) == (1, {"buy 0 TEST": 1})
    assert (quantity.final_equity, quantity.earned, quantity.equity) == (None, None, None)
    assert quantity.not_priced.startswith("It says what an order is")


def test_gates_that_said_nothing_are_left_out(alice: User, run: Run) -> None:
    assert list(by_name(made(alice, run))) == ["quantity", "position size", "permission"]


def test_paths_are_kept_at_the_same_steps(alice: User, run: Run) -> None:
    report = made(alice, run)
    size = by_name(report)["position size"]

    assert report.at is not None
    assert len(report.at) == len(report.equity) == len(size.equity) == 10
    assert (report.equity[-1] - report.equity[0], size.equity[-1] - size.equity[0]) == (
        200 * 10**8,
        800 * 10**8,
    )


def test_long_paths_are_thinned_evenly(alice: User, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.earned.price.MOST_POINTS", 4)
    assert MOST_POINTS > 4
    assert drawn_rows(Pricing.of(recorded_load(run)).as_it_was).tolist() == [0, 3, 6, 9]


def test_asked_again_it_is_replaced(alice: User, run: Run) -> None:
    made(alice, run)
    made(alice, run)

    assert RuleReport.objects.count() == 1
    assert RuleEarning.objects.count() == 3


def test_a_report_that_is_under_way_is_not_asked_for_twice(alice: User, run: Run) -> None:
    with acting_as(alice.pk):
        first = earned_request(alice, run.pk)
        assert earned_request(alice, run.pk).asked_at == first.asked_at
        RuleReport.objects.update(moved_at=timezone.now() - timedelta(minutes=3))
        assert earned_request(alice, run.pk).asked_at > first.asked_at  # its worker is gone


def test_a_report_that_nobody_asked_for_is_not_made(alice: User, run: Run) -> None:
    assert not report_make(alice.pk, run.pk)
    made(alice, run)
    assert not report_make(alice.pk, run.pk)


def test_a_run_under_way_is_not_priced(alice: User, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    with acting_as(alice.pk), pytest.raises(Conflict, match="priced once it has traded and ended"):
        earned_request(alice, run.pk)


def test_bars_that_changed_since_make_it_fail_in_words(alice: User, run: Run) -> None:
    Bar.objects.filter(volume=100_000).update(volume=100_001)
    report = made(alice, run)

    assert report.state == ReportState.FAILED
    assert "not those that this run traded on" in report.problem


def test_a_bug_is_told_and_raised(alice: User, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr("agents.earned.compute.rows_made", broken)
    with acting_as(alice.pk):
        earned_request(alice, run.pk)
    with pytest.raises(RuntimeError):
        report_make(alice.pk, run.pk)
    assert RuleReport.objects.get().problem == "RuntimeError: no such luck"


def test_slow_reports_tell_how_far_they_are(alice: User, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.earned.compute.SECONDS_BETWEEN_SIGNS", -1)
    seen: list[tuple[int, int | None]] = []
    from agents.earned import compute

    move = compute.report_move

    def told(user_id: int, run_id: int, **changes: object) -> None:
        move(user_id, run_id, **changes)
        seen.append(RuleReport.objects.values_list("done", "total").get())

    monkeypatch.setattr("agents.earned.compute.report_move", told)
    made(alice, run)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_stranger_can_not_ask_for_it(charlie: User, run: Run) -> None:
    with acting_as(charlie.pk), pytest.raises(Forbidden):
        earned_request(charlie, run.pk)
    assert not RuleReport.objects.exists()


@pytest.fixture
def ruled(alice: User) -> Run:
    """Equity goes from 100 to 90 dollars a share and up to 120; of two rules one caps, the other closes by the clock."""
    minutes(*[100] * 4, *[90] * 3, *[120] * 4)
    model = trader(alice, initial_cash=Decimal(10_000))
    with acting_as(alice.pk):
        rule_create(
            alice, model.pk, name="Cap", kind="max_position_percent", params={"percent": "20"}, verb="resize"
        )
        rule_create(alice, model.pk, name="Out", kind="flat_by", params={"flat_by": "09:36"})
        rule_create(alice, model.pk, name="Few", kind="max_positions", params={"positions": 3})
    return trade(alice, model, {2: [wish("buy", 40)]})


def test_each_rule_is_priced_alone_and_all_together(alice: User, ruled: Run) -> None:
    rows = by_name(made(alice, ruled))

    assert list(rows) == ["All rules together", "Cap", "Out", "Few"]
    # With both: 20 shares at 100, closed at 90: −$200.
    assert rows["Cap"].report.final_equity == 9_800
    # Without the cap 40 shares are closed at 90; without the clock 20 gain 20 dollars each; without both 40 do.
    assert [(row.name, row.final_equity, row.earned) for row in rows.values()] == [
        ("All rules together", 10_800, -1_000),
        ("Cap", 9_600, 200),
        ("Out", 10_400, -600),
        ("Few", 9_800, 0),
    ]


def test_what_a_rule_did_is_counted_by_its_kind(alice: User, ruled: Run) -> None:
    rows = by_name(made(alice, ruled))

    assert [(row.fired, row.denied, row.resized, row.closed) for row in rows.values()] == [
        (2, 0, 1, 1),
        (1, 0, 1, 0),
        (1, 0, 0, 1),
        (0, 0, 0, 0),
    ]
    assert rows["Cap"].version == 1
    assert rows["Cap"].sentence.startswith("Never put more than 20 % of equity into one position.")
    assert rows["Out"].first_difference.startswith("forced nothing instead of close TEST")


def test_a_run_that_ends_has_its_rules_priced_by_itself(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    called: list[tuple[int, int]] = []
    monkeypatch.setattr("agents.earned.tasks.earned_compute.delay", lambda *ids: called.append(ids))
    minutes(*[100] * 6)
    model = trader(alice, initial_cash=Decimal(10_000))
    quiet = queued(alice, model, {2: [wish("buy", 5)]})
    denied = queued(alice, model, {2: [wish("buy", 60)]})
    with django_capture_on_commit_callbacks(execute=True):
        for run in (quiet, denied, denied):  # a task may come twice
            run_advance(alice.pk, run.pk)
    assert called == [(alice.pk, denied.pk)]
    assert RuleReport.objects.get().run_id == denied.pk
