"""Who shows `Authorization: Bearer tlab_…` acts as the token's user, as far as its scope goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.errors import UserError
from core.rls import set_actor
from profiles.tokens.models import ApiToken, Scope
from profiles.tokens.services import digest_of

if TYPE_CHECKING:  # views import this module while they are loaded
    from rest_framework.views import APIView

NOTED_EVERY = timedelta(minutes=1)
INVALID = "This token is unknown, revoked or expired. Make a new one under API tokens."


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None without a bearer token; raises AuthenticationFailed for one that doesn't hold."""
        kind, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        user_id = owner_of(text.strip())
        if user_id is None:
            raise exceptions.AuthenticationFailed(INVALID)
        # From here on the request reads what its user may read, and nothing else.
        set_actor(user_id)
        token = ApiToken.objects.select_related("user").get(digest=digest_of(text.strip()))
        note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def owner_of(token: str) -> int | None:
    """Whose valid token this is. A function of the database answers, as rows of others can't be read before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_token_owner(%s)", [digest_of(token)])
        row = cursor.fetchone()
    return row[0] if row else None


def note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class WithinScope(BasePermission):
    """A token that may only read can't write; somebody logged in may do both."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        token: Any = request.auth
        if isinstance(token, ApiToken) and token.scope == Scope.READ and request.method not in SAFE_METHODS:
            message = f"The token “{token.name}” may only read. Make one with the scope “trade” for this."
            error = UserError(message, code="scope")
            error.status = 403
            raise error
        return True
