"""Opening a journal: whom a run asks, at which price, within which caps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from agents.llm.budget import Budget, Caps, day_caps
from agents.llm.journal import ENDPOINTS_FAULT, MOST_FAILED_IN_A_ROW, Journal
from agents.llm.prices import price_find
from agents.llm.types import Endpoint, Paused, StopAsked, StructuredMode
from core.errors import UserError
from core.rls import acting_as
from profiles.llm.models import EndpointFields, LLMEndpoint
from profiles.llm.selectors import defaults_get, endpoint_choose, key_read, spending_get
from reasoning.calls.models import LLMCall
from runs.models import Run
from runs.services import Claim, lease_beat


def endpoint_of(
    row: EndpointFields, ai_model: str = "", parameters: Mapping[str, Any] | None = None
) -> Endpoint:
    """An endpoint ready to be asked, with its key. Raises UserError without an AI model, SecretLost for a lost key."""
    model = ai_model or next(iter(row.ai_models), "")
    if not model:
        raise UserError(
            "Say which AI model to ask, or list the endpoint's models.", fields={"ai_model": "Missing."}
        )
    is_users = isinstance(row, LLMEndpoint)
    return Endpoint(
        id=row.pk if is_users else 0,
        name=str(getattr(row, "name", "")),
        base_url=row.base_url,
        model=model,
        api_key=key_read(row),
        parameters=dict(parameters or {}),
        structured_mode=StructuredMode(row.structured_modes.get(model, "")),
        quirks=frozenset(row.quirks),
        timeout_seconds=row.timeout_seconds,
        calls_per_minute=row.calls_per_minute,
    )


def choice_fill(user: User, params: Mapping[str, Any], ai_model: str) -> dict[str, Any]:
    """Parameters of an LLM decider with its endpoint and AI model named, so that a snapshot says what is really asked.

    Raises UserError where either can't be found.
    """
    row = endpoint_choose(user, str(params.get("endpoint") or ""))
    chosen = endpoint_of(row, str(params.get("ai_model") or "") or ai_model)
    return {**params, "endpoint": chosen.name, "ai_model": chosen.model}


def journal_open(user: User, claim: Claim, run: Run) -> Journal:
    """The journal of a run that has been locked by its worker, in the worker's transaction.

    Raises Paused when the endpoint is gone, its key is lost, or a cap on money can't be kept for want of a price.
    """
    try:
        row = endpoint_choose(user, str(run.decider_params.get("endpoint") or ""))
        parameters = run.snapshot["model"].get("model_parameters") or {}
        endpoint = endpoint_of(row, str(run.decider_params.get("ai_model") or ""), parameters)
    except UserError as error:
        raise not_ready("endpoint_missing", error.message) from None
    day = day_caps(spending_get(user), defaults_get(), at_site=endpoint.id == 0)
    budget = Budget(run=Caps.of_run(run.budget), day=day)
    price = price_find(endpoint)
    if budget.needs_price and not price.is_known:
        raise not_ready(
            "price_unknown",
            f"There is a cap on dollars, but nobody knows what {endpoint.model} costs at {endpoint.base_url}. "
            "Take the cap away, or have a price entered.",
        )
    return Journal(
        user=user,
        run_id=run.pk,
        endpoint=endpoint,
        price=price,
        budget=budget,
        guard=lambda: run_guard(user, claim),
        failed_in_a_row=failed_in_a_row(run),
    )


def journal_outside(user: User, *, endpoint: str = "", ai_model: str = "", most_attempts: int = 2) -> Journal:
    """A journal outside of runs, within the user's caps of the day.

    Raises UserError when there is nobody to ask, or a cap on money can't be kept for want of a price.
    """
    with acting_as(user.pk):
        chosen = endpoint_of(endpoint_choose(user, endpoint), ai_model)
        price = price_find(chosen)
        day = day_caps(spending_get(user), defaults_get(), at_site=chosen.id == 0)
    budget = Budget(day=day)
    if budget.needs_price and not price.is_known:
        raise UserError(
            f"There is a cap on dollars a day, but nobody knows what {chosen.model} costs at {chosen.base_url}.",
            code="price_unknown",
        )
    return Journal(
        user=user, run_id=None, endpoint=chosen, price=price, budget=budget, most_attempts=most_attempts
    )


def not_ready(code: str, message: str) -> Paused:
    paused = Paused(message)
    paused.code = code
    return paused


def run_guard(user: User, claim: Claim) -> None:
    """A worker's sign of life, and its leave to go on. Raises StopAsked and LeaseLost."""
    if lease_beat(user, claim):
        raise StopAsked


def failed_in_a_row(run: Run) -> int:
    newest = LLMCall.objects.filter(run=run).order_by("-id").values_list("failure_code", flat=True)
    codes = list(newest[: MOST_FAILED_IN_A_ROW - 1])
    return next((index for index, code in enumerate(codes) if code not in ENDPOINTS_FAULT), len(codes))
