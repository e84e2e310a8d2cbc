"""Finding a run by its id alone, for whoever sits at the machine; pages and the API start from the user."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from core.errors import Forbidden
from core.rls import acting_as
from runs.models import Run
from runs.selectors import access_run


def run_find(run_id: int) -> tuple[User, Run]:
    """The run and whose it is. Raises CommandError when nobody has it."""
    for user in User.objects.order_by("pk"):
        with acting_as(user.pk):
            try:
                return user, access_run(user, run_id)
            except Forbidden:
                continue
    raise CommandError(f"There is no run with the id {run_id}.")
