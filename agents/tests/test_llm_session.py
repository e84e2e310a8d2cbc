"""Sessions in which a language model decides, against a journal that answers by a function."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.auth.models import User

from agents.foreground import session_run
from agents.llm.types import Failure, ProviderDown, Purpose
from agents.tests.llm_world import BARS, HOLD, LlmTrade, TakeSeat, decision_json, hold, trader
from agents.tests.world import bars_make, model_make, request_make
from broker.models import EquityPoint, Fill, Order
from reasoning.export import chain_verify
from reasoning.models import Entry, EntryKind
from runs.models import Run, RunState


def entries(run: Run, kind: str = "decision") -> list[Entry]:
    return list(Entry.objects.filter(run=run, kind=kind).order_by("seq"))


def entry_at(run: Run, step: int) -> Entry:
    return Entry.objects.get(run=run, kind=EntryKind.DECISION, step=step)


def test_a_run_writes_all_four_kinds_of_reasoning(llm_trade: LlmTrade) -> None:
    run, journal = llm_trade()
    assert (run.state, run.cursor, run.asked_count, run.decided_count) == (
        RunState.COMPLETED,
        BARS,
        BARS,
        BARS,
    )
    kinds = [(entry.kind, entry.step) for entry in Entry.objects.filter(run=run).order_by("seq")]
    decisions = [("decision", step) for step in range(1, BARS + 1)]
    assert kinds == [
        ("plan", 0),
        *decisions[:10],
        ("analysis", 11),
        *decisions[10:20],
        ("analysis", 21),
        *decisions[20:],
        ("reflection", BARS),
    ]
    assert Counter(ask.purpose for ask in journal.asked) == {
        "plan": 1,
        "decision": BARS,
        "analysis": 2,
        "reflection": 1,
    }
    assert chain_verify(run).is_whole
    plan = entries(run, "plan")[0]
    assert (plan.content, plan.context["ai_model"], plan.simulated_at) == (
        "Range day, low volume.",
        "fake-1",
        EquityPoint.objects.get(run=run, step=1).at.replace(minute=30),
    )


def test_answers_are_traded_with_their_reasons_and_later_prompts_show_what_came_of_them(
    llm_trade: LlmTrade,
) -> None:
    run, journal = llm_trade(trader)
    first = Order.objects.get(run=run, number=1)
    assert (first.quantity, first.decided_step, first.status, first.reason) == (
        10,
        3,
        "filled",
        "As I see it.",
    )
    prompts = journal.prompts()
    fill = Fill.objects.get(run=run, order=first)
    assert "> buy 10 TEST\n> sent as order 1\n> because: As I see it.\n" in prompts[4]
    assert f"* order 1 bought 10 TEST at {fill.price:.2f}" in prompts[4]
    assert "> buy 5000 TEST: DENIED NEGATIVE_CASH" in prompts[6]
    assert "POSITION_SIZE TEST would be" in prompts[6]
    assert "> because: All in. Now." in prompts[6]
    assert "Working orders: order 2 buy 3 TEST limit 95.50 day." in prompts[8]
    assert "PLAN: Sell strength." in prompts[10]
    assert "PLAN in force before these bars: Sell strength." in prompts[15]
    assert "ANALYSIS: analysis of step 11: stay small." in prompts[11]
    assert "> your answer could not be used (prose); counted as hold" in prompts[15]
    assert "> cancel order 77" in prompts[21]
    assert "CANCEL_REFUSED" in prompts[21]


BAD = {
    "prose": "I would buy here.",
    "bad_json": '{"orders": [',
    "wrong_shape": '{"orders": []}',
    "wrong_symbol": decision_json({"action": "buy", "symbol": "TSLA", "quantity": 1}),
    "number_in_words": decision_json({"action": "buy", "symbol": "TEST", "quantity": "1,000"}),
    "money_for_number": decision_json({"action": "buy", "symbol": "TEST", "quantity": "$2,000 worth"}),
    "not_a_number": decision_json({"action": "buy", "symbol": "TEST", "quantity": float("nan")}),
    "not_positive": decision_json({"action": "buy", "symbol": "TEST", "quantity": -5}),
    "huge": decision_json({"action": "buy", "symbol": "TEST", "quantity": 10**12}),
    "empty": Failure.EMPTY,
    "cut": Failure.CUT,
    "refusal": Failure.REFUSAL,
}


def test_an_answer_that_cannot_be_used_twice_is_one_failure_and_the_run_goes_on(llm_trade: LlmTrade) -> None:
    bad = dict(enumerate(BAD, start=2))
    run, journal = llm_trade(
        lambda ask: BAD[bad[ask.step]] if ask.step in bad else hold(ask), analysis_every=0
    )
    for step, code in bad.items():
        entry = entry_at(run, step)
        assert (entry.outcome, entry.failure_code, entry.intents) == ("failed", code, [])
        assert entry.content
    failed = len(BAD)
    assert (journal.count(Purpose.REPAIR), run.failed_count, run.decided_count) == (
        failed,
        failed,
        BARS - failed,
    )
    assert (run.state, run.order_count) == (RunState.COMPLETED, 0)


def test_one_repair_shows_the_error_and_can_mend_the_answer(llm_trade: LlmTrade) -> None:
    order = {"action": "buy", "symbol": "TEST", "quantity": 2}

    def brain(ask: Any) -> str:
        if ask.step != 4:
            return hold(ask)
        return (
            decision_json(order)
            if ask.purpose is Purpose.REPAIR
            else decision_json(order | {"quantity": "2 shares"})
        )

    run, journal = llm_trade(brain)
    entry = entry_at(run, 4)
    assert (entry.outcome, entry.context["first_answer"]) == ("ordered", "number_in_words")
    assert len(entry.context["calls"].split(", ")) == 2
    repair = next(ask for ask in journal.asked if ask.purpose is Purpose.REPAIR)
    assert [message.role for message in repair.messages] == ["system", "user", "assistant", "user"]
    assert (
        'orders[0].quantity: should be a bare JSON number, was the text "2 shares".'
        in repair.messages[-1].content
    )
    assert run.failed_count == 0


def test_without_an_answer_there_is_nothing_to_repair(llm_trade: LlmTrade) -> None:
    run, journal = llm_trade(lambda ask: Failure.TIMEOUT if ask.step == 4 else hold(ask))
    assert entry_at(run, 4).failure_code == "timeout"
    assert journal.count(Purpose.REPAIR) == 0


def test_skipped_bars_cost_nothing_and_say_so(llm_trade: LlmTrade) -> None:
    run, journal = llm_trade(every=5)
    assert [ask.step for ask in journal.asked if ask.purpose is Purpose.DECISION] == [1, 6, 11, 16, 21, 26]
    assert Counter(entry.outcome for entry in entries(run)) == {"held": 6, "skipped": BARS - 6}
    assert (run.asked_count, run.decided_count, run.cursor) == (6, 6, BARS)
    assert entry_at(run, 6).context["asked_because"] == "every 5 bars"
    assert "You are asked because of: every 5 bars." in journal.prompts()[6]


def test_a_fill_and_a_denial_are_reasons_to_ask(llm_trade: LlmTrade) -> None:
    run, journal = llm_trade(trader, every=0, on_fill=True, on_event=True)
    assert list(journal.prompts()) == [1]

    def brain(ask: Any) -> str:
        if ask.step == 1 and ask.schema is not None:
            return decision_json({"action": "buy", "symbol": "TEST", "quantity": 10})
        if ask.step == 2 and ask.schema is not None:
            return decision_json({"action": "buy", "symbol": "TEST", "quantity": 5000})
        return hold(ask)

    run, journal = llm_trade(brain, every=0)
    assert list(journal.prompts()) == [1, 2, 3]
    assert entry_at(run, 2).context["asked_because"] == "order 1 filled"
    assert "POSITION_SIZE at the bar before" in entry_at(run, 3).context["asked_because"]


def test_a_sample_of_skipped_bars_is_asked_in_the_shade_and_never_traded(llm_trade: LlmTrade) -> None:
    def brain(ask: Any) -> str:
        wish = {"action": "buy", "symbol": "TEST", "quantity": 10}
        return decision_json(wish) if ask.purpose is Purpose.SHADE and ask.step % 2 else hold(ask)

    run, journal = llm_trade(brain, every=10, shade_rate=0.5)
    _, repeated = llm_trade(brain, every=10, shade_rate=0.5)
    shaded = journal.prompts(Purpose.SHADE)
    assert list(shaded) == list(repeated.prompts(Purpose.SHADE))
    assert 5 <= len(shaded) <= 22  # of 27
    for step in shaded:
        entry = entry_at(run, step)
        assert entry.outcome == "skipped"
        wish = ("buy 10 TEST", "yes") if step % 2 else ("hold", "no")
        assert (entry.context["shade"], entry.context["shade_acted"]) == wish
    assert run.order_count == 0
    assert run.asked_count == 3
    assert not any("buy 10" in prompt for prompt in journal.prompts().values())


def test_a_provider_that_is_down_at_the_end_leaves_the_run_completed_and_says_so(llm_trade: LlmTrade) -> None:
    down = ProviderDown("no_credit", "The provider's account is out of credit.")
    run, _ = llm_trade(lambda ask: down if ask.purpose is Purpose.REFLECTION else hold(ask))
    reflection = entries(run, "reflection")[0]
    assert (run.state, reflection.outcome, reflection.failure_code) == (
        RunState.COMPLETED,
        "failed",
        "no_credit",
    )
    assert "out of credit" in reflection.context["problem"]


def test_a_plan_that_failed_is_on_record_and_not_asked_again(llm_trade: LlmTrade) -> None:
    run, journal = llm_trade(lambda ask: Failure.EMPTY if ask.purpose is Purpose.PLAN else hold(ask))
    assert [(plan.outcome, plan.failure_code) for plan in entries(run, "plan")] == [("failed", "empty")]
    assert "PLAN in force before these bars: none" in journal.prompts()[1]
    assert journal.count(Purpose.PLAN) == 1


def test_no_prompt_depends_on_a_bar_that_has_not_closed(
    alice: User, llm_trade: LlmTrade, seat: TakeSeat
) -> None:
    _, journal = llm_trade(trader, indicators="rsi 3, atr 3, vwap, zscore 5, relative_volume 4")
    bars_make("OTHER", seed=1, left_out=range(12, 390))
    model = model_make(
        alice, "Other", allowed_order_types=["market", "limit"], custom_rules="Never hold over lunch."
    )

    def brain(ask: Any) -> str:
        return trader(ask).replace("TEST", "OTHER")

    short = seat(brain)
    params = {
        "analysis_every": 10,
        "bars_shown": 5,
        "indicators": "rsi 3, atr 3, vwap, zscore 5, relative_volume 4",
    }
    session_run(alice, request_make(model, "llm", symbols=["OTHER"], decider_params=params), lambda run: None)
    prompts, cut = journal.prompts(), short.prompts()
    for step in range(1, 12):  # at the last bar nothing more can be traded, which the door says
        assert cut[step].replace("OTHER", "TEST") == prompts[step]


def test_the_system_message_is_the_same_all_run_and_marked_so(llm_trade: LlmTrade) -> None:
    _, journal = llm_trade(trader)
    assert len({ask.messages[0] for ask in journal.asked}) == 1
    system = journal.asked[0].messages[0]
    assert (system.role, system.is_stable) == ("system", True)
    assert "Never hold over lunch." in system.content
    assert HOLD not in system.content
