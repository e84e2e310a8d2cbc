"""Requests as views behind the login see them: LoginRequiredMiddleware and IsAuthenticated let nobody else in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest
from rest_framework.request import Request


class UserRequest(HttpRequest):
    user: User


class UserApiRequest(Request):
    user: User
