"""What a run will take, estimated before it starts, and the caps of the site that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.llm.fake.server import FakeServer
from agents.llm.quote import OWN_SECONDS, Quote, quote_make
from agents.services import request_checked
from agents.tests.quoted import BARS, CALLS, PARAMS, watcher_make
from agents.tests.tape import days
from agents.tests.world import DAY, bars_make, model_make, request_make
from core.errors import UserError
from profiles.llm.models import LLMDefaults, LLMPrice
from profiles.llm.services import endpoint_create, endpoint_test_record, spending_update
from profiles.models import TradingModel
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import used_by_run
from runs.models import Run, RunState


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.LLM_BEAT_SECONDS = 0.02


@pytest.fixture
def model(alice: User, fakellm: FakeServer) -> TradingModel:
    return watcher_make(alice, fakellm)


QuoteOf = Callable[..., Quote]


@pytest.fixture
def quote_of(alice: User, model: TradingModel) -> QuoteOf:
    def quote_of(like: TradingModel = model, **fields: Any) -> Quote:
        params = PARAMS | fields.pop("decider_params", {})
        request = request_make(like, "llm", decider_params=params, **fields)
        found = quote_make(alice, request_checked(alice, request))
        assert found is not None
        return found

    return quote_of


def trade(alice: User, model: TradingModel, **params: Any) -> Run:
    request = request_make(model, "llm", decider_params=PARAMS | params)
    return session_run(alice, request, lambda run: None)


def price(server: FakeServer, **dollars: str) -> None:
    host = server.base_url.removeprefix("http://").partition(":")[0]
    figures = {f"{name}_per_million": Decimal(text) for name, text in dollars.items()}
    LLMPrice.objects.create(host=host, model="scripted", **figures)


def test_without_history_it_follows_from_the_prompt_and_says_so(
    alice: User, model: TradingModel, quote_of: QuoteOf
) -> None:
    quote = quote_of()
    assert (quote.steps, quote.calls, quote.runs_seen, quote.knows_pace) == (BARS, CALLS, 0, False)
    assert quote.cost is None, "nobody knows the price, which is not 0"
    assert quote.cached_tokens == 0
    run = trade(alice, model)
    took = used_by_run(alice.pk, run.pk)
    assert took.calls == CALLS
    sent = sum(call.input_tokens or 0 for call in LLMCall.objects.filter(run=run))
    assert quote.input_tokens == pytest.approx(sent, rel=0.4), "right in its size"


def test_a_cadence_asks_less(quote_of: QuoteOf) -> None:
    assert quote_of(decider_params={"every": 10, "analysis_every": 0}).calls == 3 + 2
    shaded = quote_of(decider_params={"every": 10, "analysis_every": 0, "shade_rate": 0.5})
    assert shaded.calls == 3 + 2 + 14  # half of 27 skipped bars, rounded to even


@pytest.mark.parametrize(("cadence", "asked"), [("day", 14), ("week", 4), ("month", 2)])
def test_a_daily_run_is_asked_no_more_often_than_its_cadence_allows(
    alice: User, model: TradingModel, quote_of: QuoteOf, cadence: str, asked: int
) -> None:
    """From Wednesday 25 March to 14 April: weeks begin on 30 March, 6 and 13 April, a month on 1 April."""
    period = days(*[100 + place % 3 for place in range(14)], first=date(2026, 3, 25))
    between = {"mode": "daily", "date_from": period[0], "date_to": period[-1]}
    params = {"analysis_every": 0, "on_fill": False, "on_event": False}
    quote = quote_of(decider_params=params, cadence=cadence, **between)
    assert (quote.steps, quote.calls) == (14, asked + 2), "with a plan and a reflection"
    request = request_make(model, "llm", decider_params=PARAMS | params, cadence=cadence, **between)
    run = session_run(alice, request, lambda run: None)
    assert (run.asked_count, used_by_run(alice.pk, run.pk).calls) == (asked, asked + 2)
    again = quote_of(decider_params=params, cadence=cadence, **between)
    assert (again.calls, again.runs_seen) == (asked + 2, 1)
    other = "month" if cadence == "week" else "week"
    fresh = {"month": 2, "week": 4}[other]
    assert quote_of(decider_params=params, cadence=other, **between).calls == fresh + 2, (
        "another cadence: as planned"
    )


def test_a_known_price_gives_dollars(fakellm: FakeServer, quote_of: QuoteOf) -> None:
    price(fakellm, input="2", output="10")
    quote = quote_of()
    assert quote.cost is not None
    expected = (Decimal(quote.input_tokens) * 2 + Decimal(quote.output_tokens) * 10) / 1_000_000
    assert quote.cost == pytest.approx(expected, rel=Decimal("0.001"))


def test_it_learns_from_the_models_own_runs(
    alice: User, model: TradingModel, fakellm: FakeServer, quote_of: QuoteOf
) -> None:
    price(fakellm, input="2", cached="0.2", output="10")
    run = trade(alice, model)
    quote, took = quote_of(), used_by_run(alice.pk, run.pk)
    assert (quote.calls, quote.runs_seen, quote.knows_pace) == (took.calls, 1, True)
    assert quote.tokens == pytest.approx(took.tokens, rel=0.01)
    assert 0 < quote.cached_tokens < quote.input_tokens, "the scripted endpoint keeps what prompts begin with"
    assert quote.cost is not None
    assert quote.cost == pytest.approx(took.cost, rel=Decimal("0.02"))
    assert took.seconds < quote.seconds < 3 * (took.seconds + took.calls * OWN_SECONDS)


def test_how_often_triggers_fire_is_learned_from_runs_of_the_same_cadence(
    alice: User, model: TradingModel, quote_of: QuoteOf
) -> None:
    sparse = {"every": 10, "analysis_every": 0}
    run = trade(alice, model, **sparse)
    asked = run.asked_count
    assert asked > 3, "fills asked for more than the three bars of its cadence"
    assert quote_of(decider_params=sparse).calls == asked + 2
    assert quote_of(decider_params={"every": 5, "analysis_every": 0}).calls == 6 + 2, (
        "another cadence: as planned"
    )


def test_runs_of_others_and_of_other_prompts_teach_nothing(
    alice: User, charlie: User, model: TradingModel, fakellm: FakeServer, quote_of: QuoteOf
) -> None:
    trade(alice, model, bars_shown=12)
    other = model_make(alice, "Other", decider="llm")
    endpoint_create(charlie, name="Mine", base_url=fakellm.base_url, ai_models=["scripted"], key="any")
    trade(charlie, model_make(charlie, "Theirs", decider="llm"))
    assert quote_of().runs_seen == 0
    assert quote_of(other).runs_seen == 0
    assert quote_of(decider_params={"bars_shown": 12}).runs_seen == 1


def test_a_tested_endpoint_tells_how_long_an_answer_takes(
    alice: User, model: TradingModel, quote_of: QuoteOf
) -> None:
    row = endpoint_create(alice, name="Slow", base_url="http://127.0.0.1:9/v1", ai_models=["scripted"])
    endpoint_test_record(alice, row.pk, passed=True, result={"model": "scripted", "latency_ms": 10_000})
    quote = quote_of(decider_params={"endpoint": "Slow"})
    assert quote.seconds == pytest.approx(CALLS * (10 + OWN_SECONDS))
    assert quote.knows_pace
    paced = quote_of(decider_params={"endpoint": "Slow"}, steps_per_second=0.01)
    assert paced.seconds == pytest.approx(BARS / 0.01)


def test_a_rate_makes_it_no_faster_than_it_allows(
    alice: User, model: TradingModel, quote_of: QuoteOf
) -> None:
    endpoint_create(
        alice, name="Few", base_url="http://127.0.0.1:9/v1", ai_models=["scripted"], calls_per_minute=2
    )
    assert quote_of(decider_params={"endpoint": "Few"}).seconds == pytest.approx(CALLS / 2 * 60)


def test_the_caps_that_it_would_meet_are_named_with_how_far_it_comes(
    alice: User, model: TradingModel, quote_of: QuoteOf
) -> None:
    assert quote_of(budget={"calls": CALLS}).reaches == ()
    reach = quote_of(budget={"calls": 11, "tokens": 10**9}).reaches[0]
    assert (reach.scope, reach.kind, reach.limit) == ("run", "calls", 11)
    assert reach.words == "It would pause at its cap of 11 calls about 33% of the way."
    spending_update(alice, calls_a_day=20)
    first, second = quote_of(budget={"calls": 11}).reaches
    assert (first.scope, second.scope) == ("run", "day")
    run = trade(alice, model, every=10, analysis_every=0, on_fill=False)
    used = used_by_run(alice.pk, run.pk).calls
    found = quote_of(decider_params={"every": 1, "on_fill": True}).reaches[0]
    assert (found.scope, found.room) == ("day", 20 - used)
    assert f"today's cap of 20 calls, of which {20 - used} are left," in found.words


def test_a_cap_on_dollars_without_a_price_is_told_before(quote_of: QuoteOf) -> None:
    assert quote_of(budget={"cost": "1"}).needs_price
    assert not quote_of(budget={"calls": 1}).needs_price


def test_what_could_not_be_started_is_not_quoted(alice: User, model: TradingModel) -> None:
    request = request_checked(alice, request_make(model, "llm"))
    with pytest.raises(UserError, match="SPYX"):
        quote_make(alice, replace(request, symbols=["SPYX"]))
    with pytest.raises(UserError, match="Sunday"):
        quote_make(alice, replace(request, date_from=DAY.replace(day=8), date_to=DAY.replace(day=8)))
    with pytest.raises(UserError, match="budget of calls"):
        quote_make(alice, replace(request, budget={"calls": "many"}))
    assert quote_make(alice, request_make(model, "hold")) is None


# ---- Caps that the site sets for every run


def site_offers(server: FakeServer, **caps: Any) -> None:
    defaults = LLMDefaults(name="House", base_url=server.base_url, ai_models=["scripted"], **caps)
    defaults.save()


def test_the_sites_caps_of_a_run_bind_at_the_sites_endpoint_whatever_the_run_says(
    alice: User, fakellm: FakeServer
) -> None:
    bars_make(left_out=range(BARS, 390))
    model = model_make(alice, "Watcher", decider="llm")
    site_offers(fakellm, calls_a_run=5)
    request = request_make(model, "llm", budget={"calls": 1000})
    run = session_run(alice, request, lambda run: None)
    assert (run.state, run.pause_code) == (RunState.PAUSED, "budget_run_calls")
    assert fakellm.state.report()["calls"] == 5
    quote = quote_make(alice, request_checked(alice, request))
    assert quote is not None
    assert [reach.limit for reach in quote.reaches] == [5]


def test_at_ones_own_endpoint_they_stand_in_for_none(
    alice: User, model: TradingModel, fakellm: FakeServer, quote_of: QuoteOf
) -> None:
    LLMDefaults(calls_a_run=5).save()
    assert trade(alice, model).pause_code == "budget_run_calls"
    assert fakellm.state.report()["calls"] == 5
    own = session_run(
        alice, request_make(model, "llm", decider_params=PARAMS, budget={"calls": 100}), lambda run: None
    )
    assert own.state == RunState.COMPLETED
