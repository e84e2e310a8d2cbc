"""Who answers a user: a language model at an endpoint, or the built-in analyst."""

from __future__ import annotations

from django.contrib.auth.models import User

from agents.system_agent.events import Choice
from chat.models import Answerer
from chat.selectors import analyst_defaults, settings_get
from profiles.llm.selectors import defaults_get, endpoints_of


def choice_of(user: User) -> Choice | None:
    """The endpoint and AI model to ask; None: the built-in analyst.

    Who has chosen nothing gets their own default endpoint, else the site's where the operator offers it for this.
    """
    own = settings_get(user)
    if own.answerer == Answerer.BUILT_IN:
        return None
    if own.answerer == Answerer.ENDPOINT:
        return Choice(own.endpoint, own.ai_model)
    if endpoints_of(user).filter(is_default=True).exists():
        return Choice("", own.ai_model)
    site = analyst_defaults()
    if site.answerer == Answerer.AUTOMATIC and defaults_get().base_url:
        return Choice("", own.ai_model or site.ai_model)
    return None


def instructions_for(user: User) -> str:
    """What the operator and the user want the analyst to mind, the operator's first."""
    found = (analyst_defaults().instructions.strip(), settings_get(user).instructions.strip())
    return "\n\n".join(filter(None, found))
