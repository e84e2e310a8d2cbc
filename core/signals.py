"""The one signal the house needs: a login changes who the request acts for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.dispatch import receiver

from core.rls import set_actor


@receiver(user_logged_in)
def act_for_the_user_who_logged_in(sender: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
    # Outside a request (a test client's force_login) there is no transaction to bind the user to.
    if connection.in_atomic_block:
        set_actor(user.pk)
