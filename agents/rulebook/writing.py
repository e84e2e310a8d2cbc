"""Having a language model read a sentence as a rule. What it answers binds nobody: it is judged, shown, and saved by its user."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from pydantic import ValidationError

from agents.deciders.llm import Llm
from agents.llm.endpoint import journal_outside
from agents.llm.journal import Journal
from agents.llm.types import Answer, Ask, Message, Paused, Purpose
from agents.prompts.template import Template, template_read
from agents.rulebook.contract import RuleAnswer
from core.errors import UserError
from core.rls import acting_as
from profiles.models import TradingModel
from rules.drafting import proposal_read, proposal_refuse
from rules.drafts import draft_make
from rules.kinds import KINDS
from rules.kinds.base import Kind
from rules.models import ProposalState, RuleProposal, Verb
from rules.param_fields import help_of, label_of, unit_of
from rules.selectors import access_proposal

FOLDER = Path(__file__).parent / "prompts" / "rule_writer_1"
PARTS = ("system", "ask", "repair")
UNREADABLE = "The AI model did not answer in the form that was asked for."


@cache
def template() -> Template:
    return template_read(FOLDER, PARTS)


def rule_write(user: User, model_id: int, proposal_id: int) -> None:
    """Ask about a proposal and store what comes of it: a draft, or why there is none. Twice asks once."""
    with acting_as(user.pk):
        proposal = access_proposal(user, model_id, proposal_id)
        model = proposal.model
    if proposal.state != ProposalState.ASKED:
        return
    try:
        # Whom the Model asks when it trades, if it asks anybody.
        chosen = model.decider_params if model.decider == Llm.name else {}
        ai_model = str(chosen.get("ai_model") or "") or model.ai_model
        journal = journal_outside(user, endpoint=str(chosen.get("endpoint") or ""), ai_model=ai_model)
        ask_about(user, journal, model, proposal)
    except (Paused, UserError) as problem:
        message = problem.message if isinstance(problem, UserError) else str(problem)
        refuse(user, proposal, f"The AI model could not be asked. {message}", failed=True)


def ask_about(user: User, journal: Journal, model: TradingModel, proposal: RuleProposal) -> None:
    """Ask, once more where the rule is refused, and store the answer."""
    messages = messages_of(model, proposal)
    name = journal.endpoint.model
    for sequence in (0, 1):
        answer = journal.ask(ask_of(messages, sequence))
        found, problem = read_answer(answer)
        if found is None:
            refuse(user, proposal, problem, failed=True, ai_model=name)
            return
        if not found.can_be_enforced:
            reason = found.reason.strip() or "no kind of rule says this."
            refuse(user, proposal, reason, ai_model=name)
            return
        problem = problem_of(user, model, found)
        if not problem or sequence:
            with acting_as(user.pk):
                proposal_read(
                    user, model.pk, proposal.pk, values=found.values(), note=found.note, ai_model=name
                )
            return
        messages = (
            *messages,
            Message("assistant", answer.text),
            Message("user", template().fill("repair", problem=problem)),
        )


def problem_of(user: User, model: TradingModel, found: RuleAnswer) -> str:
    """Why the rule would be refused if it were saved; "" if it would not."""
    with acting_as(user.pk):
        try:
            draft_make(model, found.values())
        except UserError as error:
            return "; ".join(f"{name}: {text}" for name, text in error.fields.items()) or error.message
    return ""


def read_answer(answer: Answer) -> tuple[RuleAnswer | None, str]:
    if not answer.is_usable:
        return None, f"There was no usable answer ({answer.failure_code})."
    try:
        return RuleAnswer.model_validate_json(answer.text), ""
    except ValidationError:
        return None, UNREADABLE


def refuse(
    user: User, proposal: RuleProposal, reason: str, *, failed: bool = False, ai_model: str = ""
) -> None:
    with acting_as(user.pk):
        proposal_refuse(user, proposal.model_id, proposal.pk, reason=reason, failed=failed, ai_model=ai_model)


def messages_of(model: TradingModel, proposal: RuleProposal) -> tuple[Message, ...]:
    # A sentence can't end its own quotation.
    sentence = proposal.text.replace("<", "‹").replace(">", "›")
    ask = template().fill(
        "ask",
        symbols=", ".join(model.allowed_symbols) or "any symbol",
        style=model.get_trading_style_display().lower(),
        sentence=sentence,
    )
    return (Message("system", system_text(), is_stable=True), Message("user", ask))


def ask_of(messages: tuple[Message, ...], sequence: int) -> Ask:
    return Ask(
        Purpose.RULE,
        0,
        messages,
        sequence=sequence,
        schema=RuleAnswer,
        schema_name="rule",
        template=template().name,
        template_version=template().version,
    )


@cache
def system_text() -> str:
    """The instructions with every kind of rule there is."""
    return template().fill(
        "system",
        kinds="\n".join(kind_lines(KINDS[name]) for name in sorted(KINDS)),
        verbs="; ".join(f"{verb.value}: {verb.label.lower()}" for verb in Verb),
    )


def kind_lines(kind: Kind[Any]) -> str:
    """A kind in a few lines: name, title, verbs, and each parameter."""
    lines = [f"{kind.name} ({kind.title}); verbs: {', '.join(kind.verbs)}"]
    for name, about in kind.params.model_fields.items():
        wanted = "" if about.is_required() else " (may be left out)"
        unit = f", {unit_of(name, about)}" if unit_of(name, about) else ""
        lines.append(f"  - {name}{unit}{wanted}: {label_of(name, about)}. {help_of(about)}".rstrip())
    return "\n".join(lines)
