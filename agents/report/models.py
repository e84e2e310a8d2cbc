"""Table of links by which owners show runs to others."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q

from core.models import OwnedModel

SALT = "tradelab.share"


class RunShare(OwnedModel):
    """A link to a run's report. It is made of the row's number and a signature, so nothing secret is stored."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="shares")
    shows_strategy = models.BooleanField(
        default=False, help_text="the snapshot with its words and rules, and the whole log"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run"], condition=Q(revoked_at=None), name="run_share_one_link_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"Link {self.pk}"

    @property
    def token(self) -> str:
        return Signer(salt=SALT).sign(str(self.pk)).replace(":", "-", 1)


def share_number(token: str) -> int | None:
    """The number of the row that a token was made for; None for a token that we didn't make."""
    try:
        return int(Signer(salt=SALT).unsign(token.replace("-", ":", 1)))
    except (BadSignature, ValueError):
        return None
