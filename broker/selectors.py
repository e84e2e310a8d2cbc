"""Reads of paper money. A run has been accessed by its user before any of these is asked."""

from __future__ import annotations

from broker.models import Checkpoint
from runs.models import Run
from trading.ledger import Account


def checkpoint_account(run: Run) -> Account | None:
    """The core's account after the last committed step; None before the first."""
    checkpoint = Checkpoint.objects.filter(run=run).first()
    return Account.from_json(checkpoint.account) if checkpoint else None
