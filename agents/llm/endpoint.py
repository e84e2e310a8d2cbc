"""Opening a journal: whom a run asks, at which price, within which caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib.auth.models import User

from agents.llm.budget import Budget, day_caps, run_caps
from agents.llm.journal import ENDPOINTS_FAULT, MOST_FAILED_IN_A_ROW, Journal
from agents.llm.lookout import LOOKOUT
from agents.llm.prices import price_find
from agents.llm.types import Endpoint, Paused, StopAsked, StructuredMode
from core.errors import UserError
from core.rls import acting_as
from profiles.llm.models import EndpointFields, LLMEndpoint
from profiles.llm.parameters import parameters_merge
from profiles.llm.selectors import defaults_get, endpoint_choose, key_read, spending_get
from reasoning.calls.models import LLMCall
from runs.models import Run
from runs.services import Claim, lease_beat

SITE = 0  # in place of an id: the endpoint that the site offers


def endpoint_of(
    row: EndpointFields, ai_model: str = "", parameters: Mapping[str, Any] | None = None
) -> Endpoint:
    """An endpoint ready to be asked, with its key; without `parameters` with its own.

    Raises UserError without an AI model, SecretLost for a lost key.
    """
    return replace(endpoint_without_key(row, ai_model, parameters), api_key=key_read(row))


def endpoint_without_key(
    row: EndpointFields, ai_model: str = "", parameters: Mapping[str, Any] | None = None
) -> Endpoint:
    """The same for whoever asks nothing. Raises UserError without an AI model."""
    model = ai_model or next(iter(row.ai_models), "")
    if not model:
        raise UserError(
            "Say which AI model to ask, or list the endpoint's models.", fields={"ai_model": "Missing."}
        )
    if parameters is None:
        parameters = parameters_merge(model, defaults=[row.parameters], own={})
    return Endpoint(
        id=row.pk if isinstance(row, LLMEndpoint) else SITE,
        name=str(getattr(row, "name", "")),
        base_url=row.base_url,
        model=model,
        parameters=parameters,
        structured_mode=StructuredMode(row.structured_modes.get(model, "")),
        quirks=frozenset(row.quirks),
        timeout_seconds=row.timeout_seconds,
        calls_per_minute=row.calls_per_minute,
    )


def choice_fill(user: User, params: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of an LLM decider with its endpoint and AI model named, and with what will be sent beside the question,
    so that a snapshot says what is really asked. `model` are the fields of a Model.

    Raises UserError where one can't be found, and for parameters that the AI model doesn't take.
    """
    row = endpoint_choose(user, str(params.get("endpoint") or ""))
    chosen = endpoint_of(row, str(params.get("ai_model") or "") or model["ai_model"])
    own = {"model_parameters": model["model_parameters"], "parameters": params.get("parameters") or {}}
    sent = parameters_merge(chosen.model, defaults=[defaults_get().parameters, row.parameters], own=own)
    return {**params, "endpoint": chosen.name, "ai_model": chosen.model, "sent": sent}


def journal_open(user: User, claim: Claim, run: Run) -> Journal:
    """The journal of a run that has been locked by its worker, in the worker's transaction.

    Raises Paused when the endpoint is gone, its key is lost, or a cap on money can't be kept for want of a price.
    """
    try:
        row = endpoint_choose(user, str(run.decider_params.get("endpoint") or ""))
        endpoint = endpoint_of(
            row, str(run.decider_params.get("ai_model") or ""), run.decider_params.get("sent")
        )
    except UserError as error:
        raise not_ready("endpoint_missing", error.message) from None
    budget = budget_of(user, run.budget, at_site=endpoint.id == SITE)
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
        lookout=partial(LOOKOUT.keep, claim),
        failed_in_a_row=failed_in_a_row(run),
    )


def budget_of(user: User, caps: Mapping[str, Any], *, at_site: bool) -> Budget:
    """What binds a run with these caps of its own."""
    defaults = defaults_get()
    return Budget(
        run=run_caps(caps, defaults, at_site=at_site),
        day=day_caps(spending_get(user), defaults, at_site=at_site),
    )


def journal_outside(user: User, *, endpoint: str = "", ai_model: str = "", most_attempts: int = 2) -> Journal:
    """A journal outside of runs, within the user's caps of the day.

    Raises UserError when there is nobody to ask, or a cap on money can't be kept for want of a price.
    """
    with acting_as(user.pk):
        chosen = endpoint_of(endpoint_choose(user, endpoint), ai_model)
        price = price_find(chosen)
        day = day_caps(spending_get(user), defaults_get(), at_site=chosen.id == SITE)
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
