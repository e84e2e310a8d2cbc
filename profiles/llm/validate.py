"""What an endpoint, its key and caps on spending may be."""

from __future__ import annotations

from decimal import Decimal

from core.errors import UserError
from profiles.llm.addresses import url_check
from profiles.llm.models import LONGEST_MODEL, MOST_MODELS, LLMEndpoint, LLMSpending
from profiles.llm.parameters import parameters_check
from profiles.validate import Problems, whole_between

MOST_KEY = 4000
MOST_COST = Decimal(10_000_000)
MOST_COUNT = {"calls_a_day": 10_000_000, "tokens_a_day": 10**12, "seconds_a_day": 86_400}


def validate_endpoint(endpoint: LLMEndpoint) -> None:
    """Trim and check an endpoint in memory. Raises UserError with everything that is wrong."""
    problems = Problems()
    endpoint.name = endpoint.name.strip()
    problems.require(
        1 <= len(endpoint.name) <= 60,
        "name",
        f"Name should have 1 to 60 characters, has {len(endpoint.name)}.",
    )
    others = LLMEndpoint.objects.owned_by(endpoint.user).exclude(pk=endpoint.pk)
    problems.require(
        not others.filter(name=endpoint.name).exists(),
        "name",
        f"You have an endpoint {endpoint.name!r} already.",
    )
    try:
        endpoint.base_url = url_check(endpoint.base_url)
    except UserError as error:
        problems.add("base_url", error.message)
    models_check(problems, endpoint)
    problems.require(
        whole_between(endpoint.timeout_seconds, 1, 600),
        "timeout_seconds",
        f"An answer should be waited for 1 to 600 seconds, was {endpoint.timeout_seconds}.",
    )
    problems.require(
        endpoint.calls_per_minute is None or whole_between(endpoint.calls_per_minute, 1, 1_000_000),
        "calls_per_minute",
        f"Calls a minute should be 1 to 1,000,000, or empty for no limit, was {endpoint.calls_per_minute}.",
    )
    try:
        endpoint.parameters = parameters_check(endpoint.parameters, about="parameters")
    except UserError as error:
        problems.add("parameters", error.message)
    problems.raise_any()


def models_check(problems: Problems, endpoint: LLMEndpoint) -> None:
    names = list(dict.fromkeys(str(name).strip() for name in endpoint.ai_models))
    endpoint.ai_models = names
    problems.require(
        len(names) <= MOST_MODELS, "ai_models", f"Name at most {MOST_MODELS} AI models, found {len(names)}."
    )
    problems.require(
        all(0 < len(name) <= LONGEST_MODEL for name in names),
        "ai_models",
        f"The name of an AI model should have 1 to {LONGEST_MODEL} characters.",
    )


def validate_key(key: str) -> str:
    """Return the key without blanks around it. Raises UserError, which never quotes the key."""
    key = key.strip()
    if len(key) > MOST_KEY:
        message = f"A key should have at most {MOST_KEY:,} characters, this one has {len(key):,}."
        raise UserError(message, fields={"key": message})
    if not key.isascii() or not key.isprintable() or " " in key:
        message = "A key should be printable ASCII without blanks; this one can't be sent in a header."
        raise UserError(message, fields={"key": message})
    return key


def validate_spending(spending: LLMSpending) -> None:
    """Raises UserError with everything that is wrong with the caps."""
    problems = Problems()
    for name, most in MOST_COUNT.items():
        value = getattr(spending, name)
        problems.require(
            value is None or whole_between(value, 0, most),
            name,
            f"This should be a whole number up to {most:,}, or empty for no cap, was {value}.",
        )
    cost = spending.cost_a_day
    problems.require(
        cost is None or (isinstance(cost, Decimal) and cost.is_finite() and 0 <= cost <= MOST_COST),
        "cost_a_day",
        f"This should be $0 to ${MOST_COST:,}, or empty for no cap, was {cost}.",
    )
    problems.raise_any()
