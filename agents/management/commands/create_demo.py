"""Make the demo user with three Models, and the synthetic sample market."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.demo import DEMO_MODELS, demo_create
from core.errors import UserError


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        try:
            user = demo_create()
        except UserError as error:
            raise CommandError(error.message) from None
        names = ", ".join(str(fields["name"]) for fields in DEMO_MODELS)
        self.stdout.write(f"Demo user {user.username} with the Models {names}, on a synthetic market.")
