"""`manage.py trade`: one session in the foreground, figures as JSON, and every mistake answered in words."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from agents.tests.world import DAY, bars_make, model_make
from profiles.models import TradingModel
from runs.models import Run, RunState


@pytest.fixture
def model(alice: User) -> TradingModel:
    bars_make()
    return model_make(alice)


def trade(**options: Any) -> dict[str, Any]:
    output = StringIO()
    values = {"model": "Crosser", "symbol": "TEST", "date": DAY.isoformat(), "json": True, **options}
    call_command("trade", stdout=output, **values)
    printed: dict[str, Any] = json.loads(output.getvalue())
    return printed


def test_it_prints_the_whole_result(model: TradingModel, app_role: None) -> None:
    result = trade(param=["fast=5", "slow=20"])
    run = result["run_id"], result["number"], result["status"], result["decider"]
    assert run[1:] == (1, "completed", "sma_cross")
    assert (result["steps"], result["coverage"], result["session"]) == (390, 1.0, "regular")
    assert result["orders"] >= result["fills"] > 0
    assert {
        "denials",
        "fees",
        "final_equity",
        "total_return",
        "max_drawdown",
        "buy_and_hold_return",
    } <= result.keys()
    final = float(result["final_equity"])
    assert result["total_return"] == pytest.approx(final / float(model.initial_cash) - 1)


def test_denials_are_counted_by_code(model: TradingModel) -> None:
    result = trade(decider="buy_and_hold", param=["equity_percent=60"])
    assert result["orders"] == 0
    assert result["denials"]["POSITION_SIZE"] > 0


def test_a_model_is_found_by_id_and_by_name_in_any_case(model: TradingModel) -> None:
    assert trade(model=str(model.pk))["number"] == 1
    assert trade(model="CROSSER")["number"] == 2


def test_two_models_of_one_name_are_told_apart_by_user(model: TradingModel, charlie: User) -> None:
    model_make(charlie)
    with pytest.raises(CommandError, match="2 Models are called 'Crosser'"):
        trade()
    assert trade(user="alice")["model"] == "Crosser"


def test_a_session_without_bars_fails_and_says_so(model: TradingModel) -> None:
    with pytest.raises(CommandError, match="Run 1 failed: No data"):
        trade(session="pre")
    assert Run.objects.get().state == RunState.FAILED


def test_what_a_run_without_a_step_has_not_got_is_a_dash(
    model: TradingModel, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="No data"):
        trade(session="pre", json=False)
    printed = capsys.readouterr().out
    assert "0 orders, 0 fills, fees —" in printed
    assert "$—" not in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "Nobody"}, "No Model is called 'Nobody'"),
        ({"symbol": "TSET"}, "TSET"),
        ({"symbol": ""}, "at least one symbol"),
        ({"date": "10.3.2026"}, "2026-11-20, was '10.3.2026'"),
        ({"date": "2026-03-14"}, "Saturday"),
        ({"date": "2026-04-03"}, "holiday"),
        ({"session": "lunch"}, "pre, regular, after"),
        ({"decider": "genius"}, "Decider should be one of"),
        ({"param": ["fast"]}, "name=value, was 'fast'"),
        ({"param": ["fast=quick"]}, "fast"),
        ({"param": ["quantity=0"]}, "quantity"),
        ({"param": ["quantity=-5"]}, "quantity"),
        ({"param": ["speed=9"]}, "speed"),
    ],
)
def test_mistakes_are_answered_in_words_and_leave_nothing(
    model: TradingModel, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        trade(**options)
    assert not Run.objects.exists()


def test_an_absurd_quantity_is_denied_not_filled(model: TradingModel) -> None:
    result = trade(decider="buy_and_hold", param=["quantity=1000000000000"])
    assert (result["status"], result["orders"], result["fills"]) == ("completed", 0, 0)
    assert result["denials"]
