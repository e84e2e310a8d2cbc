"""Encrypt every stored secret with the newest of ENCRYPTION_KEYS, so that the older ones can be dropped.

Put a new key in front (ENCRYPTION_KEYS=new,old), restart, run this, then drop the old one. Until then both read.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from profiles.llm.rotation import keys_rotate


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        found = keys_rotate()
        self.stdout.write(f"{found.done} stored keys are encrypted with the newest key now.")
        if found.lost:
            raise CommandError(
                f"These fit none of ENCRYPTION_KEYS and have to be entered again: {'; '.join(found.lost)}. "
                "If you still have the key they were encrypted with, add it at the end and run this once more."
            )
