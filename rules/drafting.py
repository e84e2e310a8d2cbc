"""Writes of what people want as a rule: a sentence comes in, somebody reads it, and only its user makes it a rule."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict, UserError
from core.live import publish_on_commit
from profiles.models import TradingModel
from profiles.selectors import access_model
from rules.drafts import draft_make
from rules.models import Author, ProposalState, Reader, Rule, RuleProposal
from rules.phrases.reading import read
from rules.selectors import access_proposal
from rules.services import rule_create, values_of

MOST_TEXT = 500
NOT_UNDERSTOOD = "none of the phrases that are known says this. Say it in other words, choose a kind below, or let an AI model read it."


@transaction.atomic
def proposal_ask(user: User, model_id: int, /, *, text: str, reader: str = Reader.PHRASES) -> RuleProposal:
    """Note what somebody wants. Known phrases are read at once; what a language model is to read waits for it.

    Raises UserError for a text that is none.
    """
    model = access_model(user, model_id)
    wanted = " ".join(text.split())
    if not 1 <= len(wanted) <= MOST_TEXT or "\0" in wanted:
        message = f"Say the rule in 1 to {MOST_TEXT} characters, found {len(wanted)}."
        raise UserError(message, fields={"text": message})
    if reader not in Reader.values:
        message = f"Reader should be one of {', '.join(Reader.values)}, was {reader!r}."
        raise UserError(message, fields={"reader": message})
    proposal = RuleProposal(user=model.user, model=model, text=wanted, reader=reader)
    proposal.save()
    if reader == Reader.PHRASES:
        read_phrases(proposal)
    return proposal


def read_phrases(proposal: RuleProposal) -> None:
    said = read(proposal.text)
    if said is None:
        end(proposal, ProposalState.REFUSED, reason=NOT_UNDERSTOOD)
        return
    settle(proposal, said.values())


@transaction.atomic
def proposal_read(
    user: User,
    model_id: int,
    proposal_id: int,
    /,
    *,
    values: dict[str, Any],
    note: str = "",
    ai_model: str = "",
) -> RuleProposal:
    """Put in what a language model made of a sentence; what can't be enforced is refused with the reason."""
    proposal = waiting(user, model_id, proposal_id)
    proposal.note, proposal.ai_model = note[:1000], ai_model[:200]
    settle(proposal, values)
    return proposal


@transaction.atomic
def proposal_refuse(
    user: User, model_id: int, proposal_id: int, /, *, reason: str, failed: bool = False, ai_model: str = ""
) -> RuleProposal:
    """Note why there is no rule: nothing could enforce it, or (`failed`) nobody could say."""
    proposal = waiting(user, model_id, proposal_id)
    proposal.ai_model = ai_model[:200]
    end(proposal, ProposalState.FAILED if failed else ProposalState.REFUSED, reason=reason[:1000])
    return proposal


@transaction.atomic
def proposal_save(user: User, model_id: int, proposal_id: int, /, **changes: Any) -> Rule:
    """Make a proposal a rule, as it shows it or with changes. Raises Conflict for one that is none or saved already."""
    proposal = access_proposal(user, model_id, proposal_id, lock=True)
    if proposal.state != ProposalState.READY:
        raise Conflict("There is no rule here to save.")
    if proposal.rule_id is not None:
        raise Conflict("This rule is saved already.")
    author = Author.AI_SUGGESTED if proposal.reader == Reader.LLM else Author.USER
    rule = rule_create(user, model_id, created_by=author, **{**proposal.draft, "name": "", **changes})
    proposal.rule = rule
    proposal.save(update_fields=["rule"])
    return rule


def settle(proposal: RuleProposal, values: dict[str, Any]) -> None:
    """Judge a draft as if it were saved, and keep it or the reason why it can't be."""
    try:
        draft = draft_make(proposal.model, {**values, "description": f"“{proposal.text}”"})
    except UserError as error:
        end(proposal, ProposalState.REFUSED, reason=error.message)
        return
    proposal.draft = values_of(draft)
    end(proposal, ProposalState.READY)


def end(proposal: RuleProposal, state: ProposalState, *, reason: str = "") -> None:
    proposal.state, proposal.reason, proposal.ended_at = state, reason, timezone.now()
    proposal.save()
    publish_on_commit(f"model:{proposal.model_id}")


def waiting(user: User, model_id: int, proposal_id: int) -> RuleProposal:
    """Raises Conflict for one that somebody has read already."""
    proposal = access_proposal(user, model_id, proposal_id, lock=True)
    if proposal.state != ProposalState.ASKED:
        raise Conflict("This has been read already.")
    return proposal


def draft_of(model: TradingModel, proposal: RuleProposal) -> Rule:
    """The rule that a proposal shows, in memory. Raises UserError when it can't be enforced any more."""
    return draft_make(model, {**proposal.draft, "name": ""})
