"""Other rules on the same decisions: put in, taken out, changed; refused where they make no sense."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from agents.tests.tape import minutes, trade, trader, wish
from agents.whatif import Terms, whatif
from agents.whatif.specs import specs_read
from core.errors import UserError
from core.rls import acting_as
from rules.services import rule_create
from runs.models import Run

CAP = {"kind": "max_position_percent", "params": {"percent": 20}}
FLAT = {"kind": "flat_by", "params": {"flat_by": "09:36"}}
STOP = {"kind": "max_daily_loss", "params": {"dollars": 100}, "verb": "stop_trading"}


def with_rules(*rules: dict[str, Any]) -> Terms:
    return Terms(added=specs_read(list(rules)))


@pytest.fixture
def run(alice: User) -> Run:
    """40 shares at 100, then 90, then 120; 10 more at 90. No rules: 40 × 20 + 10 × 30 = $1,100."""
    minutes(*[100] * 4, *[90] * 3, *[120] * 4)
    model = trader(alice, initial_cash=Decimal(10_000))
    return trade(alice, model, {2: [wish("buy", 40)], 6: [wish("buy", 10)]})


def test_a_cap_denies_what_it_would_have_denied(run: Run) -> None:
    found = whatif(run, with_rules(CAP))

    # Without the 40 shares the later 10 at $90 are within 20 %: 10 × 30.
    assert (found.before.final_equity, found.after.final_equity) == (11_100, 10_300)
    assert [(item.step, item.is_denied_now) for item in found.turned] == [(2, True)]
    assert [verdict.source for verdict in found.denied_now[0].verdicts] == [
        "rule: Largest position, % of equity"
    ]
    assert found.words == "with the rule 'Largest position, % of equity'"


def test_a_cap_that_resizes_sends_less(run: Run) -> None:
    found = whatif(run, with_rules({**CAP, "verb": "resize"}))

    # 20 of 40 shares; at 90 equity is $9,800, of which 20 % are $1,960: one more share.
    assert [(item.quantity_before, item.quantity_after) for item in found.resized_now] == [(40, 20), (10, 1)]
    assert found.after.final_equity == 10_000 + 20 * 20 + 1 * 30
    assert found.divergence is not None
    assert found.divergence.sentence == "buy 40 TEST comes to 20 shares instead of 40"


def test_a_rule_that_closes_by_itself_closes_here_too(run: Run) -> None:
    found = whatif(run, with_rules(FLAT))

    # At 09:36 step 6 closes the 40 shares, which fill at the next bar's 90, and denies the 10.
    assert found.after.final_equity == 10_000 - 40 * 10
    assert found.divergence is not None
    assert (found.divergence.step, "close TEST" in found.divergence.sentence) == (6, True)
    assert [item.step for item in found.denied_now] == [6]


def test_a_rule_that_stops_trading_stops_it_here_too(run: Run) -> None:
    found = whatif(run, with_rules(STOP))

    # At 90 the 40 shares have lost $400, so the 10 are denied: 40 × 20.
    assert found.after.final_equity == 10_800
    assert "TRADING_STOPPED" in [verdict.code for verdict in found.denied_now[0].verdicts]


def test_rules_of_the_run_are_taken_out_replaced_and_combined(alice: User) -> None:
    minutes(*[100] * 4, *[110] * 3)
    model = trader(alice, initial_cash=Decimal(10_000))
    with acting_as(alice.pk):
        rule_create(alice, model.pk, name="Cap", kind="max_position_percent", params={"percent": "10"})
        rule_create(alice, model.pk, name="Few", kind="max_position_shares", params={"shares": 15})
    run = trade(alice, model, {2: [wish("buy", 20)]})

    def final(terms: Terms) -> Decimal:
        return whatif(run, terms).after.final_equity

    wide = with_rules({**CAP, "name": "cap"})
    assert run.equity == 10_000
    assert final(Terms(without=("Cap",))) == 10_000  # still too many shares
    assert final(Terms(without=("rule: few",))) == 10_000  # still too large a part
    assert final(Terms(without=("cap", "Few"))) == final(Terms(without=("rules",))) == 10_200
    assert final(wide) == 10_000  # in place of Cap, beside Few
    assert final(Terms(without=("Few",), added=wide.added)) == 10_200


def test_an_order_in_place_of_one_that_was_never_sent_is_denied(alice: User) -> None:
    """The limit order of step 2 is more than 20 % and not sent here, so nothing can take its place in step 4."""
    minutes(*[100] * 5, *[94] * 3)
    limit = {"order_type": "limit", "limit_price": "90"}
    script = {
        2: [wish("buy", 40, **limit)],
        4: [wish("buy", 10, order_type="limit", limit_price="95", replaces=1)],
    }
    run = trade(alice, trader(alice, initial_cash=Decimal(10_000)), script)
    found = whatif(run, with_rules(CAP))

    assert len(found.before.fills) == 1
    assert [item.step for item in found.denied_now] == [2, 4]
    assert [verdict.code for verdict in found.denied_now[1].verdicts] == ["REPLACEMENT"]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "A list of rules is wanted"),
        ("cap", "A list of rules is wanted"),
        ([{"kind": "luck"}], "Kind should be one of .*, was 'luck'"),
        ([{"kind": "max_position_percent"}], "percent: This is missing"),
        ([{**CAP, "params": {"percent": -5}}], "Should be above 0, was -5"),
        ([{**CAP, "params": {"percent": None}}], "percent"),
        ([{**CAP, "params": None}], "Parameters should be an object"),
        ([{**CAP, "verb": "pray"}], "can reject_trade, resize, not 'pray'"),
        ([{**CAP, "until": "noon"}], "A rule has no until; it has name, kind, params"),
        ([{**CAP, "applies_to_symbols": 5}], "applies_to_symbols"),
    ],
)
def test_rules_that_make_no_sense_are_refused_in_words(rules: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        specs_read(rules)


def test_one_rule_a_list_and_an_object_of_rules_are_all_read() -> None:
    (one,) = specs_read(CAP)
    assert specs_read({"rules": [CAP]}) == specs_read([CAP]) == (one,)
    assert (one.name, one.verb, one.priority, one.params) == (
        "Largest position, % of equity",
        "reject_trade",
        5,
        {"percent": "20"},
    )


@pytest.mark.django_db(transaction=True)
def test_the_command_takes_rules_from_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps([{**CAP, "name": "A fifth"}]))
    out = StringIO()
    call_command("whatif", str(run.pk), "--with", str(file), stdout=out)

    assert "with the rule 'A fifth'" in out.getvalue()
    assert "$10,300.00" in out.getvalue()
