"""What a user does with a proposal. Only these functions, called by the user's own click, apply what an analyst proposed."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from chat.applying import KINDS, Asked
from chat.models import Part, ProposalOutcome, ProposalState
from chat.selectors import access_proposal
from core.errors import Conflict


@transaction.atomic
def proposal_apply(user: User, part_id: int) -> ProposalOutcome:
    """Do what was proposed, with the user's own permissions. Applying what is applied changes nothing.

    Raises whatever the page's service would for the same change.
    """
    part, outcome = proposal_lock(user, part_id)
    if outcome.state == ProposalState.APPLIED:
        return outcome
    # A run that was stopped again may be started again, and is another one then.
    times = int(outcome.result.get("times", 0)) + 1
    shown = part.payload
    asked = Asked(shown["model_id"], shown["payload"], f"proposal-{part.pk}-{times}", shown.get("diff") or ())
    result = KINDS[part.payload["kind"]].apply(user, asked)
    outcome.state, outcome.result, outcome.applied_at = (
        ProposalState.APPLIED,
        {**result, "times": times},
        timezone.now(),
    )
    outcome.save()
    return outcome


@transaction.atomic
def proposal_dismiss(user: User, part_id: int) -> ProposalOutcome:
    """Put a proposal aside. Raises Conflict for one that is applied: that is undone instead."""
    _, outcome = proposal_lock(user, part_id)
    if outcome.state == ProposalState.APPLIED:
        raise Conflict("This has been applied. Undo it instead.")
    outcome.state = ProposalState.DISMISSED
    outcome.save()
    return outcome


@transaction.atomic
def proposal_undo(user: User, part_id: int) -> ProposalOutcome:
    """Take back what applying did. Raises Conflict when it isn't applied, or when undoing would lose something newer."""
    part, outcome = proposal_lock(user, part_id)
    if outcome.state != ProposalState.APPLIED:
        raise Conflict("This has not been applied, so there is nothing to undo.")
    KINDS[part.payload["kind"]].undo(user, outcome.result)
    outcome.state = ProposalState.UNDONE
    outcome.save()
    return outcome


def proposal_lock(user: User, part_id: int) -> tuple[Part, ProposalOutcome]:
    """The locked proposal and what has become of it; nothing, unsaved, of one that is open."""
    part = access_proposal(user, part_id, lock=True)
    outcome = ProposalOutcome.objects.filter(part=part).first()
    return part, outcome or ProposalOutcome(user_id=part.user_id, part=part)


DECISIONS = {"apply": proposal_apply, "dismiss": proposal_dismiss, "undo": proposal_undo}
