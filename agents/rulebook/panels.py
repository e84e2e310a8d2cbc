"""What this room shows on the pages of rules, which belong to the room below."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from agents.rulebook.forms import DescribeForm
from agents.rulebook.trying import rule_try
from core import panels
from core.errors import UserError
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel
from rules.drafting import draft_of
from rules.drafts import draft_findings, draft_make, rule_examples
from rules.forms import RuleForm, RulePage
from rules.models import ProposalState, RuleProposal
from rules.phrases.reading import examples
from rules.rows import rule_row
from rules.selectors import spec_of
from runs.models import RunState
from runs.selectors import HEAVY, access_run, runs_of_model

MOST_RUNS = 30
LOST_AFTER = timedelta(minutes=3)  # nobody reads a sentence that long
SHOWN_PHRASES = 12


def register() -> None:
    panels.register(
        Panel("rules", "describe", "Describe a rule", 10, "agents/rulebook/_describe.html", describe)
    )
    panels.register(Panel("rule", "try", "Try it on a run", 10, "agents/rulebook/_try.html", try_it))


def describe(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    return describe_context(model, DescribeForm(request.user))


def describe_context(model: TradingModel, form: DescribeForm) -> dict[str, Any]:
    every = examples()
    return {
        "model": model,
        "form": form,
        "phrases": every[:: max(len(every) // SHOWN_PHRASES, 1)],
        "every": every,
    }


def proposal_context(model: TradingModel, proposal: RuleProposal) -> dict[str, Any]:
    """What a sentence was read as, tried out."""
    context: dict[str, Any] = {"model": model, "proposal": proposal, "is_lost": is_lost(proposal)}
    if proposal.state != ProposalState.READY:
        return context
    try:
        draft = draft_of(model, proposal)
    except UserError as error:
        return context | {"problem": error.message}
    spec = spec_of(draft)
    findings = draft_findings(model, spec)
    return context | {"row": rule_row(draft, findings), "examples": rule_examples(model, spec)}


def is_lost(proposal: RuleProposal) -> bool:
    return proposal.state == ProposalState.ASKED and timezone.now() - proposal.created_at > LOST_AFTER


def try_it(request: UserRequest, page: RulePage) -> dict[str, Any]:
    """The Model's ended runs, on which the rule can be tried."""
    ended = runs_of_model(request.user, page.model.pk).filter(
        state__in=[RunState.COMPLETED, RunState.STOPPED], cursor__gt=0
    )
    return {**page._asdict(), "runs": list(ended.defer(*HEAVY)[:MOST_RUNS])}


def try_context(request: UserRequest, form: RuleForm, model: TradingModel) -> dict[str, Any]:
    """What a rule would have said in a run, or why it can't be tried."""
    try:
        run = access_run(request.user, number_of(request))
        draft = draft_make(model, form.shown_values(), form.rule)
        return {"tried": rule_try(run, spec_of(draft))}
    except UserError as error:
        if error.status == 403:
            raise
        return {"problem": error.message}


def number_of(request: UserRequest) -> int:
    text = request.POST.get("run", "")
    if not text.isdecimal() or len(text) > 18:
        raise UserError("Choose a run to try the rule on.")
    return int(text)
