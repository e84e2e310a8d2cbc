"""Proposing other words for a Model: its rules in words, which bind the AI, or its instructions, which guide it."""

from __future__ import annotations

import difflib
from typing import Literal

from pydantic import Field

from agents.selectors import statistics_now
from agents.system_agent.opening import clean
from agents.system_agent.proposals.base import Draft, Maker
from agents.system_agent.proposals.rule import run_of
from agents.tools.about import model_asked, run_title
from agents.tools.base import Asking, ModelArguments
from core.errors import UserError
from core.templatetags.numbers import money, percent
from profiles.models import MOST_WORDS
from runs.models import Run

LABELS = {"custom_instructions": "instructions", "custom_rules": "rules in words"}
NO_WHAT_IF = (
    "What other words would have led to can't be worked out from recorded decisions; a new run will show it."
)


class ProposeInstructions(ModelArguments):
    """The whole new text; what it leaves out of the old one goes."""

    field: Literal["custom_instructions", "custom_rules"] = Field(
        "custom_instructions", description="Instructions guide the AI, rules in words bind it."
    )
    text: str = Field(description="The whole new text.", max_length=MOST_WORDS)

    model_config = {**ModelArguments.model_config, "str_max_length": MOST_WORDS}


def propose_instructions(asking: Asking, wanted: ProposeInstructions) -> Draft:
    model = model_asked(asking, wanted)
    if model is None:
        raise UserError("Say which Model the words are for: there is none in this conversation.")
    # What nobody sees in the difference is not proposed.
    before, after = getattr(model, wanted.field), clean(wanted.text, MOST_WORDS).strip()
    if before == after:
        raise UserError(f"These are the {LABELS[wanted.field]} that {model.name} has already.")
    run = run_of(asking, model)
    return Draft(
        model_id=model.pk,
        title=f"Other {LABELS[wanted.field]} for {model.name}",
        payload={wanted.field: after},
        diff=diff_of(before, after),
        evidence=(*([result_of(run)] if run else []), NO_WHAT_IF),
    )


def diff_of(before: str, after: str) -> tuple[str, ...]:
    """Lines that go, come and stay."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return tuple(line for line in lines if not line.startswith("?"))


def result_of(run: Run) -> str:
    """What the words in force have come to."""
    found = statistics_now(run)
    values = found.values if found else {}
    title = run_title(run)
    return (
        f"{title[:1].upper()}{title[1:]} under the words of its time: return {percent(values.get('total_return'))}, "
        f"{values.get('trip_count', 0)} round trips, closed profit {money(values.get('trip_profit'))}."
    )


MAKER = Maker(
    "propose_instructions",
    "instructions",
    "Propose other instructions or other rules in words for a Model, as a card with the difference; nothing is saved until "
    "the user accepts.",
    ProposeInstructions,
    propose_instructions,
)
