"""Writes of API tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict, UserError
from profiles.tokens.models import ApiToken, Scope

PREFIX = "tlab_"  # so that scanners for leaked secrets know one when they see it
MOST_TOKENS = 20
DAYS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "a year"}


def digest_of(token: str) -> str:
    # A token has 256 random bits, so a plain digest gives nothing away.
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def token_create(user: User, *, name: str, scope: str = Scope.READ, days: int = 90) -> tuple[ApiToken, str]:
    """Make a token; return its row and the token itself, which can't be had again. Raises UserError, Conflict."""
    name = name.strip()
    if not name or len(name) > 60:
        raise UserError("A token needs a name of 1 to 60 characters.", fields={"name": "1 to 60 characters."})
    if scope not in Scope.values:
        known = ", ".join(Scope.values)
        raise UserError(
            f"Scope should be one of {known}, was {scope!r}.", fields={"scope": f"One of {known}."}
        )
    if days not in DAYS:
        known = ", ".join(map(str, DAYS))
        raise UserError(f"Days should be one of {known}, was {days}.", fields={"days": f"One of {known}."})
    User.objects.select_for_update().get(pk=user.pk)  # two forms may arrive together
    now = timezone.now()
    if ApiToken.objects.owned_by(user).filter(revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise Conflict(f"You have {MOST_TOKENS} valid tokens, which is the most. Revoke one first.")
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(token),
        hint=token[: len(PREFIX) + 4],
        scope=scope,
        expires_at=now + timedelta(days=days),
    )
    return row, token


@transaction.atomic
def token_revoke(user: User, token_id: int) -> ApiToken:
    """End a token at once; harmless to repeat."""
    token = ApiToken.objects.access(user, lock=True, pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token
