"""Reads of endpoints, prices and caps on spending."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from core.crypto import decrypt
from core.errors import UserError
from profiles.llm.models import EndpointFields, LLMDefaults, LLMEndpoint, LLMPrice, LLMSpending


def access_endpoint(user: User | AnonymousUser, endpoint_id: int, *, lock: bool = False) -> LLMEndpoint:
    """Return the user's endpoint, locked for the transaction if asked. Raises Forbidden."""
    return LLMEndpoint.objects.access(user, lock=lock, pk=endpoint_id)


def endpoints_of(user: User | AnonymousUser) -> QuerySet[LLMEndpoint]:
    """The user's endpoints by name."""
    return LLMEndpoint.objects.owned_by(user)


def defaults_get() -> LLMDefaults:
    """What the operator offers; nothing, unsaved, where staff have not said."""
    return LLMDefaults.objects.first() or LLMDefaults()


def endpoint_choose(user: User | AnonymousUser, name: str = "") -> LLMEndpoint | LLMDefaults:
    """The endpoint of that name; without one the user's default, else what the operator offers.

    Raises UserError naming those there are.
    """
    found = endpoints_of(user).filter(name=name) if name else endpoints_of(user).filter(is_default=True)
    defaults = defaults_get()
    offered = defaults if defaults.base_url and name in ("", defaults.name) else None
    chosen = found.first() or offered
    if chosen is not None:
        return chosen
    names = [endpoint.name for endpoint in endpoints_of(user)] + (
        [defaults.name] if defaults.base_url else []
    )
    if not names:
        raise UserError("There is no endpoint of a language model yet. Add one under “AI endpoints”.")
    raise UserError(f"There is no endpoint {name!r}. There are: {', '.join(names)}.")


def key_owner(endpoint: EndpointFields) -> str:
    """Whom an endpoint's key is encrypted for, so that it is worth nothing in another row."""
    if isinstance(endpoint, LLMEndpoint):
        return f"profiles.llmendpoint of user {endpoint.user_id}"
    return "profiles.llmdefaults"


def key_read(endpoint: EndpointFields) -> str:
    """The key itself, for the one who asks the endpoint; empty without one. Raises SecretLost."""
    return decrypt(bytes(endpoint.key_encrypted), owner=key_owner(endpoint)) if endpoint.has_key else ""


def price_of(host: str, ai_model: str) -> LLMPrice | None:
    """The operator's price, the host's own before one for everywhere."""
    prices = LLMPrice.objects.filter(Q(host=host) | Q(host=""), model=ai_model)
    return prices.order_by("-host").first()


def spending_get(user: User, *, lock: bool = False) -> LLMSpending:
    """The user's own caps; none, unsaved, for somebody who has set none."""
    rows = LLMSpending.objects.owned_by(user)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first() or LLMSpending(user_id=user.pk)
