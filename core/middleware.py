"""What surrounds every request: a transaction that acts for its user, errors in one shape, streams that hold nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from core.errors import UserError
from core.models import StaffAccess
from core.pages import error_page, wrong_method
from core.rls import become_staff, set_actor

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ReleaseConnectionMiddleware:
    """Outermost: give the database connection back before a stream starts, not when it ends."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.streaming and not connection.in_atomic_block:
            connection.close()
        return response


class WrongMethodMiddleware:
    """Who visits an address that only takes forms gets words in place of an empty answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_blank = (
            response.status_code == 405
            and isinstance(response, HttpResponseNotAllowed)
            and not response.content
        )
        return wrong_method(request) if is_blank and request.method == "GET" else response


class RlsMiddleware:
    """One transaction a request, acting for its user. It takes the place of ATOMIC_REQUESTS, which starts too late.

    An answer that reports an error rolls everything back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic():
            set_actor(request.user.pk)
            if request.path.startswith("/admin/") and request.user.is_staff:
                StaffAccess.objects.create(
                    staff_id=request.user.pk, method=request.method or "", path=request.path[:500]
                )
                become_staff()
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(response, "must_roll_back", False):
                transaction.set_rollback(True)
        # Whatever proxy stands between keeps nothing that is a user's.
        response.setdefault("Cache-Control", "private")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, UserError):
            return None
        response = error_page(request, exception)
        response.must_roll_back = True  # type: ignore[attr-defined]  # read above
        return response
