"""Staff only: whoever else asks is told what strangers are told, and every look over users' rows is on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.utils import timezone

from core.errors import Forbidden
from core.models import StaffAccess
from core.requests import UserRequest
from core.rls import become_staff

P = ParamSpec("P")
NOTED_EVERY = timedelta(minutes=10)  # the page asks again by itself, which is one look


def staff_view(
    view: Callable[Concatenate[UserRequest, P], HttpResponse],
) -> Callable[Concatenate[UserRequest, P], HttpResponse]:
    """Let a view see all users' rows for its transaction, as the admin does."""

    @wraps(view)
    def wrapped(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_staff:
            raise Forbidden
        access_note(request)
        become_staff()
        return view(request, *args, **kwargs)

    return wrapped


def access_note(request: UserRequest) -> None:
    looked = {"staff_id": request.user.pk, "method": request.method or "", "path": request.path[:500]}
    if not StaffAccess.objects.filter(**looked, at__gt=timezone.now() - NOTED_EVERY).exists():
        StaffAccess.objects.create(**looked)
