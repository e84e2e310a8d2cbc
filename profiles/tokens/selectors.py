from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User

from profiles.tokens.models import ApiToken


class TokenShown(NamedTuple):
    token: ApiToken
    state: str  # "valid", "expired" or "revoked"


def tokens_of(user: User, now: datetime) -> list[TokenShown]:
    """A user's tokens, newest first, with what they are worth now."""
    return [TokenShown(token, state_of(token, now)) for token in ApiToken.objects.owned_by(user)]


def state_of(token: ApiToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if token.is_valid_at(now) else "expired"
