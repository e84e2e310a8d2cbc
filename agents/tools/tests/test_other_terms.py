"""What-ifs, suggestions and what rules earned, against the arithmetic of the scene."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.earned.compute import report_make
from agents.earned.services import earned_request
from agents.tests.tape import trade, wish
from agents.tools.base import Asking
from agents.tools.payload import Table
from agents.tools.tests.scene import column, fact, losing_run_of, market_make, model_of, table, used
from agents.tools.use import tool_use
from broker.models import Order
from core.rls import acting_as
from rules.tests.factories import rule_make
from runs.models import Run


def test_other_fees(alice: User, losing_run: Run) -> None:
    """Seven orders at $3 instead of $1."""
    found = used(alice, "what_if", run=losing_run, execution={"fee_per_trade": "3"})
    assert fact(found, "equity_as_it_was") == 9944
    assert fact(found, "difference") == -14
    assert fact(found, "equity_what_if") == 9930
    assert fact(found, "trip_profit_what_if") == -51 - 12
    assert [line.title for line in found.series] == ["As it was", "What-if"]
    assert found.series[1].points[-1][1] == 9930.0


def test_other_rules(alice: User, losing_run: Run) -> None:
    """Without TEST, of the loss of 56 there stays OTHER's +8."""
    rules = [{"kind": "deny_list", "params": {"symbols": ["TEST"]}}]
    found = used(alice, "what_if", run=losing_run, rules=rules)
    assert fact(found, "equity_what_if") == 10_008
    assert fact(found, "difference") == 64
    turned = table(found, "Orders answered")
    assert column(turned, "step") == [2, 5, 9, 11]  # also the closing of what was never opened
    assert (turned.urls[0] or "").endswith("step=2#decision")
    assert any("same decisions, other rules" in note for note in found.notes)


def test_a_what_if_writes_nothing(alice: User, losing_run: Run) -> None:
    before = Order.objects.count()
    used(alice, "what_if", run=losing_run, execution={"slippage": "bps", "slippage_bps": 50})
    assert Order.objects.count() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "Say what should be different"),
        ({"rules": [{"kind": "no_such", "params": {}}]}, "Kind should be one of"),
        (
            {"rules": [{"kind": "blackout", "params": {"start": "25:00", "end": "26:00"}}]},
            "time of the exchange's day",
        ),
        ({"without": ["No such rule"]}, "has no rule"),
        ({"without": ["gate: oversell and overcover"]}, "says what an order is"),
        ({"execution": {"leverage": "100"}}, "leverage is not set here"),
        ({"execution": {"fee_bps": "NaN"}}, ""),
        ({"rules": [{"kind": "blackout"}]}, "rules.0.params: Field required"),
    ],
)
def test_what_can_not_be_is_said(
    alice: User, losing_run: Run, arguments: dict[str, object], words: str
) -> None:
    found = tool_use(Asking(alice, run_id=losing_run.pk), "what_if", json.dumps(arguments))
    assert found.payload is None
    assert words in (found.error or "")


def test_suggestions_come_from_the_trades_and_would_have_helped(alice: User, losing_run: Run) -> None:
    found = used(alice, "suggest_rules", run=losing_run)
    rules = table(found, "Suggested rules")
    first = dict(zip([item.key for item in rules.columns], rules.rows[0], strict=True))
    assert (first["kind"], json.loads(str(first["params"]))) == ("deny_list", {"symbols": ["TEST"]})
    assert first["difference"] == 64
    assert first["evidence"] == "2 trades that lost $64.00 in all were in TEST."
    assert first["rule"] == "Never open TEST."
    assert all(isinstance(value, Decimal) and value > 0 for value in column(rules, "difference"))
    assert column(table(found, "Trades behind"), "profit") == [-42, -22]
    assert any("may be chance" in note for note in found.notes)


def test_suggestions_know_no_other_model(alice: User, losing_run: Run) -> None:
    """Another Model that lost in OTHER does not show in this one's suggestions."""
    other = model_of(alice, "Other")
    trade(
        alice,
        other,
        {2: [wish("buy", 10, "OTHER")], 11: [wish("close", symbol="OTHER")]},
        symbols=["OTHER", "TEST"],
    )
    found = used(alice, "suggest_rules", run=losing_run, all_runs=True)
    assert fact(found, "runs") == 1
    urls = [url or "" for item in found.tables for url in item.urls]
    assert urls
    assert all(url.startswith(f"/models/{losing_run.model_id}/") for url in urls)


def test_several_runs_count_together(alice: User, losing_run: Run) -> None:
    losing_run_of(alice, losing_run.model)
    rules = table(used(alice, "suggest_rules", run=losing_run, all_runs=True), "Suggested rules")
    assert rules.rows[0][rules_key(rules, "difference")] == 128
    assert (column(rules, "better")[0], column(rules, "worse")[0]) == (2, 0)


def rules_key(found: Table, key: str) -> int:
    return [item.key for item in found.columns].index(key)


def test_a_model_that_never_traded_gets_no_suggestion(alice: User) -> None:
    market_make()
    run = trade(alice, model_of(alice), {}, symbols=["TEST"])
    found = used(alice, "suggest_rules", run=run)
    assert table(found, "Suggested").rows == []
    assert found.notes == ["There are no closed trades to learn from."]


def test_what_rules_earned_is_what_is_stored(alice: User) -> None:
    market_make()
    model = model_of(alice)
    with acting_as(alice.pk):
        rule_make(model, "deny_list", params={"symbols": ["TEST"]}, name="Not TEST")
    run = losing_run_of(alice, model)
    empty = used(alice, "rule_report", run=run)
    assert any("no report" in note for note in empty.notes)
    with acting_as(alice.pk):
        earned_request(alice, run.pk)
    assert report_make(alice.pk, run.pk)
    found = used(alice, "rule_report", run=run)
    rows = table(found, "Rules and gates")
    mine = rows.rows[column(rows, "name").index("Not TEST")]
    assert mine[rules_key(rows, "earned")] == 64
    assert fact(found, "final_equity") == 10_008
