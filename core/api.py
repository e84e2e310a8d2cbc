"""The base of every API view: the owner only, one error shape, one way of paging."""

from __future__ import annotations

import math
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from drf_spectacular.utils import inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from core.errors import FORBIDDEN_MESSAGE, UserError

M = TypeVar("M", bound=Model)

MOST_MESSAGE, MOST_FIELD, MOST_NAME, MOST_FIELDS = 4000, 1000, 200, 50  # characters; and how many


class OwnedApiView(APIView):
    """A view that reads only through selectors that start from the user; settings let nobody in who isn't logged in."""


class NewestFirst(CursorPagination):
    """Pages of 50, newest first; stable while rows are added."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


@cache
def paged(kind: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """How a page of these is described: `next` and `previous` lead to the pages beside it."""
    link = serializers.URLField(allow_null=True)
    fields = {"next": link, "previous": link, "results": kind(many=True)}
    return inline_serializer(f"Paged{kind.__name__}", fields)


def page_of(
    view: APIView,
    request: Request,
    rows: QuerySet[M],
    kind: type[serializers.BaseSerializer[Any]],
    order: type[CursorPagination] = NewestFirst,
) -> Response:
    """One page of rows, newest first unless `order` says otherwise."""
    pages = order()
    found = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(kind(found, many=True).data)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every expected error as `{"error": {"code", "message", "fields"}}`; bugs stay bugs (500)."""
    described = describe(error)
    if described is None:
        return None
    status, code, message, fields = described
    set_rollback()
    transaction.set_rollback(True)  # the request's own transaction, opened by RlsMiddleware
    some = {name[:MOST_NAME]: cut(text) for name, text in islice(fields.items(), MOST_FIELDS)}
    body = {"error": {"code": code, "message": cut(message, MOST_MESSAGE), "fields": some}}
    return Response(body, status=status, headers=headers_of(error))


def cut(text: str, most: int = MOST_FIELD) -> str:
    """A message that repeats what was sent, without most of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def headers_of(error: Exception) -> dict[str, str]:
    """What a program needs besides the body: how to prove who it is, or how long to wait."""
    # DRF hangs both onto the error as it passes.
    challenge, seconds = getattr(error, "auth_header", None), getattr(error, "wait", None)
    headers = {}
    if isinstance(error, exceptions.AuthenticationFailed) and challenge:
        headers["WWW-Authenticate"] = str(challenge)
    if isinstance(error, exceptions.Throttled) and seconds is not None:
        headers["Retry-After"] = str(math.ceil(seconds))
    return headers


def describe(error: Exception) -> tuple[int, str, str, dict[str, str]] | None:
    """Status, code, message and messages per field of an expected error; None for a bug."""
    if isinstance(error, UserError):
        return error.status, error.code, error.message, error.fields
    # Absent, foreign and not logged in look alike.
    if isinstance(
        error, Http404 | PermissionDenied | exceptions.NotAuthenticated | exceptions.PermissionDenied
    ):
        return 403, "forbidden", FORBIDDEN_MESSAGE, {}
    if isinstance(error, exceptions.ValidationError):
        fields = flatten(error.detail)
        return 400, "invalid", "; ".join(f"{name}: {text}" for name, text in fields.items()), fields
    if isinstance(error, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return 400, "invalid", f"The body should have at most {most:,} bytes.", {}
    if isinstance(error, exceptions.APIException):
        return error.status_code, str(error.get_codes()), str(error.detail), {}
    return None


def flatten(detail: Any, prefix: str = "") -> dict[str, str]:
    """Make `{"field.sub": "message"}` of DRF's nested details."""
    if isinstance(detail, dict):
        parts = [flatten(value, f"{prefix}.{key}" if prefix else str(key)) for key, value in detail.items()]
        return {name: text for part in parts for name, text in part.items()}
    if isinstance(detail, list):
        return {prefix or "request": " ".join(str(item) for item in detail)}
    return {prefix or "request": str(detail)}
