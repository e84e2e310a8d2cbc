"""What a run will probably take before it starts: calls, tokens, dollars, minutes, and the cap that would pause it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from django.contrib.auth.models import User

from agents.deciders import DECIDERS
from agents.deciders.llm_params import LlmParams, planned_calls, prompt_tokens
from agents.llm.budget import UNITS, Budget, Caps, said
from agents.llm.endpoint import SITE, budget_of, endpoint_without_key
from agents.llm.estimate import OUTPUT_TOKENS
from agents.llm.likeness import Likeness, likeness_of
from agents.llm.prices import Price, price_find
from agents.llm.types import Purpose, Usage
from agents.pacing import steps_due
from market.calendar import expected_minutes, session_bounds, trading_days
from market.columns import Timeframe
from market.selectors import steps_begun, steps_present
from profiles.llm.models import EndpointFields
from profiles.llm.selectors import endpoint_choose
from profiles.selectors import access_model
from reasoning.calls.means import Mean
from reasoning.calls.selectors import Used, used_on_day
from runs.cadence import Cadence
from runs.models import Mode
from runs.services.pause import budget_clean
from runs.services.start import RunRequest, allowed_symbols, dates_check, symbols_check

ASSUMED_SECONDS = 4.0  # of an answer, where nobody has asked this endpoint yet
OWN_SECONDS = 0.03  # of ours beside each call


@dataclass(frozen=True, slots=True)
class Reach:
    """A cap that the run would meet: it pauses there."""

    scope: str  # run or day
    kind: str
    limit: Decimal
    room: Decimal  # of it that is left
    share: float  # of the run that is done by then

    @property
    def words(self) -> str:
        whose = "its cap" if self.scope == "run" else "today's cap"
        left = f", of which {said(self.room)} are left," if self.room != self.limit else ""
        return f"It would pause at {whose} of {said(self.limit)} {UNITS[self.kind]}{left} about {self.share:.0%} of the way."


@dataclass(frozen=True, slots=True)
class Quote:
    """Estimates. Cost None: nobody knows the price. `runs_seen` are the Model's own that it learned from; of none it knows
    only how large a prompt is, and nothing of what a provider finds in its cache."""

    endpoint: str
    ai_model: str
    server: str
    steps: int
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: Decimal | None
    seconds: float
    runs_seen: int
    knows_pace: bool
    reaches: tuple[Reach, ...]
    needs_price: bool  # there is a cap on dollars, which can't be kept without a price

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def quote_make(user: User, request: RunRequest) -> Quote | None:
    """Estimate a request whose parameters have been checked; None for a decider that asks nobody. Raises UserError."""
    if DECIDERS[request.decider].is_free:
        return None
    dates_check(request)
    model = access_model(user, request.model_id)
    request = replace(request, symbols=symbols_check(model, allowed_symbols(model, request), request.symbols))
    params = LlmParams.model_validate(request.decider_params)
    row = endpoint_choose(user, params.endpoint)
    endpoint = endpoint_without_key(row, params.ai_model)
    price, tested = price_find(endpoint), tested_seconds(row, endpoint.model)
    likeness, steps = likeness_of(user, request), steps_of(request)
    due = due_of(request, steps)
    calls = calls_of(params, steps, due, likeness)
    means = means_for(params, request, due, likeness, tested)
    parts = [(count, means[purpose]) for purpose, count in calls.items() if count]
    used = Used(
        calls=sum(calls.values()),
        tokens=round(sum(count * (mean.input + mean.output) for count, mean in parts)),
        cost=cost_of(parts, price) or Decimal(0),
        seconds=sum(count * mean.seconds for count, mean in parts),
    )
    budget = budget_of(user, budget_clean(request.budget), at_site=endpoint.id == SITE)
    return Quote(
        endpoint=endpoint.name,
        ai_model=endpoint.model,
        server=urlsplit(endpoint.base_url).netloc,
        steps=steps,
        calls=used.calls,
        input_tokens=round(sum(count * mean.input for count, mean in parts)),
        cached_tokens=round(sum(count * mean.cached for count, mean in parts)),
        output_tokens=round(sum(count * mean.output for count, mean in parts)),
        cost=cost_of(parts, price) if price.is_known else None,
        seconds=wall_seconds(request, used, steps, row.calls_per_minute),
        runs_seen=likeness.runs,
        knows_pace=bool(likeness.means) or tested is not None,
        reaches=tuple(reaches(budget, used, used_on_day(user.pk, datetime.now(UTC).date()))),
        needs_price=budget.needs_price and not price.is_known,
    )


def steps_of(request: RunRequest) -> int:
    """A step for each minute, or day, in which any of the symbols has a bar; live, for each minute of the session."""
    if request.mode == Mode.DAILY:
        return len(days_begun(request))
    if request.feed:
        return expected_minutes(request.date_from, request.session)
    bounds = session_bounds(request.date_from, request.session)
    return steps_present(request.symbols, Timeframe.MINUTE, bounds.open, bounds.close) if bounds else 0


def days_begun(request: RunRequest) -> list[datetime]:
    """The starts of the daily bars that a daily run walks through."""
    days = trading_days(request.date_from, request.date_to)
    if not days:
        return []
    first, last = session_bounds(days[0]), session_bounds(days[-1])
    assert first is not None
    assert last is not None
    return steps_begun(request.symbols, Timeframe.DAY, first.open, last.close)


def due_of(request: RunRequest, steps: int) -> Sequence[int]:
    """The steps at which the decider may be asked: all, or the first of each week or month."""
    cadence = Cadence(request.cadence)
    return range(1, steps + 1) if cadence is Cadence.DAY else steps_due(days_begun(request), cadence)


def calls_of(params: LlmParams, steps: int, due: Sequence[int], likeness: Likeness) -> dict[Purpose, int]:
    """As planned, or as runs of the same cadence went; with the repairs that this AI model needed so far."""
    calls = planned_calls(params, due)
    if steps and likeness.a_step:
        for purpose in (Purpose.DECISION, Purpose.SHADE):
            calls[purpose] = round(likeness.a_step.get(purpose, 0.0) * steps)
        calls[Purpose.DECISION] = max(1, calls[Purpose.DECISION])
    calls[Purpose.REPAIR] = round(calls[Purpose.DECISION] * likeness.repairs)
    return calls


def means_for(
    params: LlmParams, request: RunRequest, due: Sequence[int], likeness: Likeness, seconds: float | None
) -> dict[Purpose, Mean]:
    """What a call of each purpose takes: as it took, or else as a decision's prompt is large."""
    stable, changing = prompt_tokens(params, len(request.symbols), due)
    template = Mean(0, stable + changing, 0.0, OUTPUT_TOKENS, seconds or ASSUMED_SECONDS)
    usual = likeness.means.get(Purpose.DECISION, template)
    first = Mean(0, stable, 0.0, usual.output, usual.seconds)
    found = {purpose: likeness.means.get(purpose, usual) for purpose in Purpose}
    return found | {Purpose.PLAN: likeness.means.get(Purpose.PLAN, first)}


def tested_seconds(row: EndpointFields, ai_model: str) -> float | None:
    """How long the endpoint took when it was tested, if the same AI model was."""
    result = getattr(row, "test_result", {})
    return result["latency_ms"] / 1000 if result.get("model") == ai_model and "latency_ms" in result else None


def cost_of(parts: list[tuple[int, Mean]], price: Price) -> Decimal | None:
    """Dollars at today's price; None where it is unknown."""
    total = Decimal(0)
    for count, mean in parts:
        usage = Usage(round(mean.input), min(round(mean.cached), round(mean.input)), round(mean.output))
        cost = price.cost(usage)
        if cost is None:
            return None
        total += count * cost
    return total


def wall_seconds(request: RunRequest, used: Used, steps: int, calls_per_minute: int | None) -> float:
    """From start to end: waiting and working, not faster than the endpoint or the pace of the run allow."""
    busy = used.seconds + used.calls * OWN_SECONDS
    least = used.calls / calls_per_minute * 60 if calls_per_minute else 0.0
    paced = steps / request.steps_per_second if request.steps_per_second else 0.0
    return max(busy, least, paced)


def reaches(budget: Budget, wanted: Used, today: Used) -> Iterator[Reach]:
    """Every cap that it would meet, the first to be met first."""
    found = [*over("run", budget.run, wanted, Used()), *over("day", budget.day, wanted, today)]
    yield from sorted(found, key=lambda reach: reach.share)


def over(scope: str, caps: Caps, wanted: Used, used: Used) -> Iterator[Reach]:
    for kind in UNITS:
        limit = getattr(caps, kind)
        if limit is None:
            continue
        room = max(Decimal(0), Decimal(str(limit)) - Decimal(str(getattr(used, kind))))
        need = Decimal(str(getattr(wanted, kind)))
        if need > room:
            yield Reach(scope, kind, Decimal(str(limit)), room, float(room / need))


def quote_facts(quote: Quote | None) -> Mapping[str, object]:
    """For JSON: money as text, exact to a hundredth of a cent; null is unknown. No quote takes nothing."""
    if quote is None:
        nothing = dict.fromkeys(("steps", "calls", "tokens", "cached_tokens", "seconds", "runs_seen"), 0)
        return {"endpoint": "", "ai_model": "", **nothing, "cost": "0", "pauses": []}
    return {
        "endpoint": quote.endpoint,
        "ai_model": quote.ai_model,
        "steps": quote.steps,
        "calls": quote.calls,
        "tokens": quote.tokens,
        "cached_tokens": quote.cached_tokens,
        "cost": None if quote.cost is None else f"{quote.cost:.4f}",
        "seconds": round(quote.seconds),
        "runs_seen": quote.runs_seen,
        "pauses": [reach.words for reach in quote.reaches],
    }
