"""Asking for a sentence to be read: by known phrases at once, by a language model through a worker."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from agents.rulebook.tasks import rule_write
from profiles.llm.selectors import endpoint_choose
from rules.drafting import proposal_ask
from rules.models import Reader, RuleProposal


@transaction.atomic
def rule_describe(user: User, model_id: int, /, *, text: str, reader: str = Reader.PHRASES) -> RuleProposal:
    """Note the sentence and have it read. Raises UserError where a language model is wanted and there is none."""
    if reader == Reader.LLM:
        endpoint_choose(user)
    proposal = proposal_ask(user, model_id, text=text, reader=reader)
    if reader == Reader.LLM:
        transaction.on_commit(partial(rule_write.delay, user.pk, model_id, proposal.pk), robust=True)
    return proposal
