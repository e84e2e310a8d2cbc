"""What each kind of proposal does when a user applies it, and how that is undone: through the services of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import restore
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from agents.api import StartIn
from agents.services import session_start
from core.errors import Conflict, UserError
from profiles.selectors import access_model
from profiles.services import model_update
from profiles.validate import known_fields
from rules.models import Author
from rules.services import RULE_FIELDS, rule_create, rule_delete
from runs.services import run_label, run_stop

WORDS = ("custom_instructions", "custom_rules")
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as it was shown. The key names it, so that applying it twice starts one run."""

    model_id: int
    payload: Mapping[str, Any]
    key: str
    diff: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`apply` returns what undoing needs and the page needs to show: a sentence and the address of what was made."""

    apply: Callable[[User, Asked], Result]
    undo: Callable[[User, Result], None]
    undo_label: str = "Undo"


def rule_apply(user: User, asked: Asked) -> Result:
    known_fields(asked.payload, RULE_FIELDS)  # else a payload could say who wrote the rule
    rule = rule_create(user, asked.model_id, created_by=Author.AI_SUGGESTED, **asked.payload)
    text = f"The rule “{rule.name}” binds the runs that start from now on."
    return {"rule_id": rule.pk, "said": text, "url": model_url(asked.model_id)}


def rule_undo(user: User, result: Result) -> None:
    rule_delete(user, result["rule_id"])


def words_apply(user: User, asked: Asked) -> Result:
    """Change the words for the AI from those that the difference shows.

    Raises UserError for any other field, as a proposal reaches no limit of a Model, and Conflict for newer words.
    """
    others = sorted(set(asked.payload) - set(WORDS))
    if others or not asked.payload:
        raise UserError(f"A proposal may change {' and '.join(WORDS)}, not {', '.join(others) or 'nothing'}.")
    model = access_model(user, asked.model_id, lock=True)
    before = {name: getattr(model, name) for name in asked.payload}
    if any(words.splitlines() != list(restore(asked.diff, 1)) for words in before.values()):
        raise Conflict(f"The words of {model.name} were changed since this was proposed. Ask for it again.")
    marked = [name for name in model.ai_suggested if name in before]
    changed = model_update(user, asked.model_id, ai_suggested=list(before), **asked.payload)
    return {
        "model_id": changed.pk,
        "before": before,
        "marked_before": marked,
        "after": {name: getattr(changed, name) for name in before},
        "said": f"{changed.name} has the new words from its next run on.",
        "url": model_url(changed.pk),
    }


def words_undo(user: User, result: Result) -> None:
    """Raises Conflict where somebody has changed them since, so that nothing newer is lost."""
    model = access_model(user, result["model_id"], lock=True)
    if any(getattr(model, name) != value for name, value in result["after"].items()):
        raise Conflict(f"The words of {model.name} were changed since; put them right on its page.")
    model_update(user, model.pk, ai_suggested=result.get("marked_before", ()), **result["before"])


def run_apply(user: User, asked: Asked) -> Result:
    model = access_model(user, asked.model_id)
    sent = StartIn(data=dict(asked.payload))
    if not sent.is_valid():
        wrong = "; ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in sent.errors.items())
        raise UserError(f"This run can't be started. {wrong}")
    run, is_new = session_start(user, sent.to_request(model, asked.key))
    if is_new:
        run_label(user, run.pk, tags=[*run.tags, Author.AI_SUGGESTED])
    url = reverse("runs:run-detail", args=[run.model_id, run.number])
    return {"run_id": run.pk, "said": f"Run {run.number} of {model.name} has been started.", "url": url}


def run_undo(user: User, result: Result) -> None:
    run_stop(user, result["run_id"])


def model_url(model_id: int) -> str:
    return reverse("profiles:model-detail", args=[model_id])


KINDS: dict[str, Kind] = {
    "rule": Kind(rule_apply, rule_undo),
    "instructions": Kind(words_apply, words_undo),
    "run": Kind(run_apply, run_undo, "Stop it"),
}
