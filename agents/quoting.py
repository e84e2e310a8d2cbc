"""The quote beside the form that starts a run: of what is typed, or what is still missing for one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from agents.forms import StartForm
from agents.llm.quote import Quote, quote_make
from agents.services import request_checked
from core.errors import Forbidden, UserError


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote, or why there is none; neither for a decider that asks nobody."""

    quote: Quote | None = None
    problem: str = ""


def quoted(user: User, form: StartForm) -> Quoted:
    """Estimate the run in a form."""
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        label = form.fields[name].label or name if name in form.fields else ""
        return Quoted(problem=f"{label}: {errors[0]}" if label else str(errors[0]))
    try:
        return Quoted(quote_make(user, request_checked(user, form.values()["request"])))
    except Forbidden:
        raise
    except UserError as error:
        return Quoted(problem=error.message)
