"""Rules over whole stored runs: what is on record, told to the model, shown on the page, and kept over interruptions."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from agents.earned.price import Pricing
from agents.recorded import recorded_load
from agents.replay import replay
from agents.tasks import run_slice
from agents.tests.llm_world import BARS, HOLD, LlmTrade, TakeSeat, decision_json
from agents.tests.llm_world import trader as llm_trader
from agents.tests.tape import Script, minutes, queued, trade, trader, wish
from agents.tests.test_resumed_orders import STEPS, carry_on, figures, wave
from agents.tests.test_run_page import text_of, url_of
from agents.tests.world import run_make
from broker.models import Fill, Order
from core.rls import acting_as
from profiles.models import TradingModel, TradingProfile
from reasoning.models import Entry
from reasoning.selectors import denials_by_code
from rules.services import rule_update
from rules.tests.factories import rule_make
from runs.models import Run


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice)


def entry_at(run: Run, step: int) -> Entry:
    return Entry.objects.get(run=run, kind="decision", step=step)


def fills(run: Run) -> list[str]:
    rows = Fill.objects.filter(run=run).order_by("seq")
    return [f"{row.step} {row.side} {row.quantity}" for row in rows]


def test_what_a_rule_did_is_on_record_with_its_version(alice: User, model: TradingModel) -> None:
    minutes(*[100] * 6)
    rule = rule_make(model, name="Small bites", verb="resize")
    rule_update(alice, rule.pk, params={"percent": 10})
    run = trade(alice, model, {1: [wish("buy", 30)], 3: [wish("buy", 1)]})
    (resized,), (denied,) = entry_at(run, 1).verdicts, entry_at(run, 3).verdicts
    assert {name: resized[name] for name in ("effect", "asked", "given", "version", "limit", "attempted", "source")} == {
        "effect": "resized", "asked": 30, "given": 10, "version": 2, "limit": "10", "attempted": "30.00",
        "source": "rule: Small bites",
    }  # fmt: skip
    assert ("effect" in denied, denied["version"], denied["attempted"]) == (False, 2, "11.00")
    assert (run.denial_count, run.order_count, denials_by_code(run)) == (1, 1, {"MAX_POSITION_PERCENT": 1})
    assert fills(run) == ["2 buy 10"]


def test_an_edit_during_a_run_does_not_change_that_run(alice: User, model: TradingModel) -> None:
    minutes(*[100] * 6)
    rule = rule_make(model)
    run = queued(alice, model, {1: [wish("buy", 10)], 3: [wish("buy", 5)]})
    for _ in range(2):
        run_slice(alice.pk, run.pk, slice_seconds=0)
    rule_update(alice, rule.pk, params={"percent": 5})
    carry_on(alice, run)
    assert fills(run) == ["2 buy 10", "4 buy 5"]
    assert [entry.verdicts for entry in Entry.objects.filter(run=run)] == [[]] * 6


FALL = [100, 100, 100, 96, 94, 94, 94, 94]
STOPPED_OUT: Script = {1: [wish("buy", 20)], 6: [wish("buy", 1)]}


def stops_make(model: TradingModel) -> None:
    rule_make(model, "stop_loss_percent", name="Cut it short", params={"percent": 5})
    rule_make(model, "halt_on_loss", name="Enough", params={"percent": 1}, verb="stop_trading")


def test_a_position_closed_by_a_rule_is_an_order_of_that_rule(
    alice: User, alice_client: Client, model: TradingModel
) -> None:
    minutes(*FALL)
    stops_make(model)
    run = trade(alice, model, STOPPED_OUT)
    assert fills(run) == ["2 buy 20", "6 sell 20"]
    order = Order.objects.get(run=run, side="sell")
    assert (order.tag, order.decided_step, order.reason) == (
        "rule: Cut it short", 5, "Closed by the rule 'Cut it short'.",
    )  # fmt: skip
    entry = entry_at(run, 5)
    assert [(item["intent"], item.get("effect")) for item in entry.verdicts] == [
        (None, "stopped"),
        (0, "liquidated"),
    ]
    assert denials_by_code(run)["TRADING_STOPPED"] == run.denial_count == 1
    page = text_of(alice_client, url_of(run, "?tab=decisions&step=5"))
    for words in (
        "close TEST by rule: Cut it short",
        "stop trading",
        "liquidated",
        "from rule: Enough, version 1",
    ):
        assert words in page
    assert "TRADING_STOPPED" in text_of(alice_client, url_of(run, "?tab=decisions&step=6"))


def test_a_run_with_rules_replays_to_the_last_digit(alice: User, model: TradingModel) -> None:
    minutes(*FALL)
    stops_make(model)
    run = trade(alice, model, STOPPED_OUT)
    before = [entry.verdicts for entry in Entry.objects.filter(run=run).order_by("seq")]
    replayed = replay(run)
    assert [len(result.verdicts) for result in replayed.results()] == list(map(len, before))
    assert [f"{fill.step} {fill.side} {fill.quantity}" for fill in replayed.fills] == fills(run)


def test_what_the_profile_stopped_counts_for_the_gate(alice: User, model: TradingModel) -> None:
    minutes(100, 100, 90, 100, 100, 110, 110)
    with acting_as(alice.pk):
        TradingProfile.objects.filter(user=alice).update(stop_trading_if_daily_loss_exceeds=50)
    run = trade(alice, model, {1: [wish("buy", 10)], 4: [wish("buy", 10)]})
    assert fills(run) == ["2 buy 10"]
    assert [(item["code"], item["source"]) for item in entry_at(run, 4).verdicts] == [
        ("TRADING_STOPPED", "profile")
    ]
    earned = {row.name: row for row in Pricing.of(recorded_load(run)).rows()}
    # Without it ten more shares would have been bought at 100 and been worth 110.
    assert (earned["daily loss"].denied, earned["daily loss"].earned) == (2, -100)


MANY: list[tuple[str, dict[str, Any], str]] = [
    ("stop_loss_percent", {"percent": "0.4"}, ""),
    ("cool_down_after_stop", {"minutes": 5}, ""),
    ("max_trades", {"trades": 4}, "stop_trading"),
    ("max_orders_per_hour", {"orders": 12}, ""),
    ("max_consecutive_losses", {"losses": 2, "cool_down_minutes": 10}, ""),
    ("max_position_shares", {"shares": 40}, "resize"),
    ("trailing_stop", {"trail_percent": "0.5", "arm_percent": "0.2"}, ""),
]
BUSY: Script = {step: [wish("buy", 30 + step % 7 * 5)] for step in range(1, STEPS, 3)}


@pytest.mark.parametrize("seed", [1, 2])
def test_what_rules_remember_survives_a_new_desk_after_each_step(
    alice: User, model: TradingModel, settings: Settings, seed: int
) -> None:
    minutes(*wave(STEPS, seed))
    for kind, params, verb in MANY:
        rule_make(model, kind, params=params, **({"verb": verb} if verb else {}))
    whole = trade(alice, model, BUSY)
    settings.RUN_COMMIT_STEPS = 1
    cut = queued(alice, model, BUSY)
    assert carry_on(alice, cut) >= STEPS
    assert figures(cut) == figures(whole)
    said = {item["code"] for entry in Entry.objects.filter(run=cut) for item in entry.verdicts}
    assert len(said) >= 4, f"the rules have to speak for this to say anything; found {said}"


def test_the_model_is_told_what_rules_did(llm_trade: LlmTrade, llm_model: TradingModel) -> None:
    rule_make(llm_model, "max_position_shares", name="Few", params={"shares": 5}, verb="resize")
    rule_make(llm_model, "flat_by", name="Out early", params={"flat_by": "09:36"})

    def brain(ask: Any) -> str:
        if ask.schema is None:
            return "As ever."
        wishes = {2: [8], 8: [1]}.get(ask.step, [])
        buys = [{"action": "buy", "symbol": "TEST", "quantity": quantity} for quantity in wishes]
        return decision_json(*buys) if buys else HOLD

    run, journal = llm_trade(brain)
    prompts = journal.prompts()
    assert "> buy 8 TEST: RESIZED from 8 to 5 shares MAX_POSITION_SHARES" in prompts[3]
    # At the bar of the closing the model sees its order, and from the next on what it was for.
    assert "sell 5 TEST day by the rule 'Out early'" in prompts[6]
    assert "* close TEST by the rule 'Out early': FLAT_BY" in prompts[7]
    assert "> buy 1 TEST: DENIED FLAT_BY" in prompts[9]
    system = journal.seen[0].messages[0].content
    assert "Few" in system
    assert "Out early" in system
    assert fills(run) == ["3 buy 5", "7 sell 5"]


def test_a_resumed_run_asks_the_model_what_it_would_have_asked(
    alice: User, llm_model: TradingModel, seat: TakeSeat, llm_trade: LlmTrade
) -> None:
    rule_make(llm_model, "max_position_shares", params={"shares": 8}, verb="resize")
    rule_make(llm_model, "max_hold", params={"minutes": 4})
    rule_make(llm_model, "max_trades", params={"trades": 2}, verb="stop_trading")
    undisturbed, whole = llm_trade(llm_trader)
    journal = seat(llm_trader)
    run = run_make(alice, llm_model, "llm", decider_params={"analysis_every": 10, "bars_shown": 5})
    assert carry_on(alice, run) == BARS
    assert [ask.messages for ask in journal.asked] == [ask.messages for ask in whole.asked]
    assert figures(run) == figures(undisturbed)
    effects = {item.get("effect") for entry in Entry.objects.filter(run=run) for item in entry.verdicts}
    assert {"liquidated", "resized", "stopped"} <= effects
    assert "Trading is stopped until the session ends, since" in whole.prompts()[BARS - 1]
