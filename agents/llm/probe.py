"""Testing an endpoint: which AI models it has, and how the chosen one is made to answer in JSON, by real calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from pydantic import BaseModel, ConfigDict, ValidationError

from agents.llm import loop
from agents.llm.budget import Budget, day_caps
from agents.llm.endpoint import endpoint_of
from agents.llm.journal import Journal
from agents.llm.listing import models_listed
from agents.llm.prices import price_find
from agents.llm.rate import rate_limit
from agents.llm.types import (
    Answer,
    Ask,
    Endpoint,
    Failure,
    Message,
    Paused,
    ProviderDown,
    Purpose,
    StructuredMode,
)
from core.errors import UserError
from core.rls import acting_as
from profiles.llm.selectors import access_endpoint, defaults_get, spending_get
from profiles.llm.services import endpoint_learn, endpoint_test_record

MODES = (StructuredMode.JSON_SCHEMA, StructuredMode.JSON_OBJECT, StructuredMode.TOOL)
MOST_ATTEMPTS = 2
LIST_SECONDS = 15


class Sum(BaseModel):
    model_config = ConfigDict(extra="forbid")

    explanation: str
    total: int


QUESTION = (
    Message("system", "You are being tried out. Answer in the form that is asked for.", is_stable=True),
    Message("user", "How much is 2 + 3? Put the number into total."),
)


def endpoint_probe(user: User, endpoint_id: int) -> None:
    """Test a user's endpoint and store what was found: that it works and how, or why it doesn't."""
    rate_limit().forget(endpoint_id)  # somebody is here to see whether it works again
    found: list[str] = []
    try:
        with acting_as(user.pk):
            row = access_endpoint(user, endpoint_id)
            endpoint = replace(endpoint_of(row, ai_model="?"), quirks=frozenset())
            typed = list(row.ai_models)
        found = (
            []
            if typed
            else loop.run(
                models_listed(endpoint, LIST_SECONDS),
                beat=lambda: None,
                every_seconds=settings.LLM_BEAT_SECONDS,
            )
        )
        chosen = next(iter(typed or found), "")
        if not chosen:
            raise ProviderDown("no_model", "It lists no AI models. Type the name of one.")
        result, passed = probe(user, replace(endpoint, model=chosen)), True
    except Paused as down:
        result, passed = {"code": down.code, "message": str(down)}, False
    except UserError as error:
        result, passed = {"code": error.code, "message": error.message}, False
    with acting_as(user.pk):
        endpoint_test_record(user, endpoint_id, passed=passed, result=result, ai_models=found)


def probe(user: User, endpoint: Endpoint) -> dict[str, Any]:
    """Try one way to JSON after the other until one works. Raises Paused when none does."""
    tried: list[dict[str, str]] = []
    mode: StructuredMode | None = MODES[0]
    while mode is not None:
        journal = journal_for(user, replace(endpoint, structured_mode=mode))
        answer = journal.ask(Ask(Purpose.TEST, 0, QUESTION, schema=Sum, schema_name="sum"))
        problem = problem_of(answer)
        tried.append({"mode": journal.mode, "problem": problem})
        if not problem:
            remember(user, journal)
            return passed_with(journal, answer, tried)
        # The journal may have gone on by itself, to a way that the endpoint said it knows.
        mode = next(iter(MODES[MODES.index(journal.mode) + 1 :]), None)
    last = tried[-1]["problem"]
    raise ProviderDown("no_json", f"It answers, but never in the form that was asked for: {last}")


def journal_for(user: User, endpoint: Endpoint) -> Journal:
    """A journal outside of runs, within the user's caps of the day."""
    with acting_as(user.pk):
        price = price_find(endpoint)
        day = day_caps(spending_get(user), defaults_get(), at_site=False)
    return Journal(
        user=user,
        run_id=None,
        endpoint=endpoint,
        price=price,
        budget=Budget(day=day),
        most_attempts=MOST_ATTEMPTS,
    )


def remember(user: User, journal: Journal) -> None:
    endpoint = journal.endpoint
    with acting_as(user.pk):
        endpoint_learn(
            user,
            endpoint.id,
            ai_model=endpoint.model,
            structured_mode=journal.mode,
            quirks=sorted(endpoint.quirks),
        )


def problem_of(answer: Answer) -> str:
    """What keeps an answer from being of use; empty for a good one."""
    if answer.failure_code is Failure.BAD_REQUEST:
        return "it did not understand the request."
    if answer.failure_code:
        return f"no usable answer ({answer.failure_code})."
    try:
        Sum.model_validate_json(answer.text)
    except ValidationError:
        return f"it answered {answer.text[:80]!r}."
    return ""


def passed_with(journal: Journal, answer: Answer, tried: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "model": journal.endpoint.model,
        "model_returned": answer.model_returned,
        "structured_mode": journal.mode,
        "streams": "stream" not in journal.endpoint.quirks,
        "latency_ms": answer.latency_ms,
        "first_token_ms": answer.first_token_ms,
        "input_tokens": answer.usage.input,
        "cached_tokens": answer.usage.cached,
        "output_tokens": answer.usage.output,
        "cost": None if answer.cost is None else format(answer.cost.normalize(), "f"),
        "tried": tried,
    }
