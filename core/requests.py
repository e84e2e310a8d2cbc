"""Requests as views behind the login see them: LoginRequiredMiddleware and IsAuthenticated let nobody else in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest
from rest_framework.request import Request

LARGEST = 2**31 - 1


def whole_in(text: str, most: int = LARGEST) -> int | None:
    """The whole number from 0 to `most` that a text is; None for any other text, however long."""
    if not text.isascii() or not text.isdecimal() or len(text.lstrip("0")) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None


class UserRequest(HttpRequest):
    user: User


class UserApiRequest(Request):
    user: User
