"""Delete what has been kept long enough: deleted runs with their prompts, notifications, records of logins, sessions."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tradelab.retention.policies import Policy, policies

TOLD_SECONDS = 2.0


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what is due")
        parser.add_argument(
            "--only", choices=[policy.name for policy in policies()], help="one kind instead of all"
        )
        parser.add_argument(
            "--minutes", type=float, default=0, help="then stop, and go on next time (0: never)"
        )

    def handle(self, *, dry_run: bool, only: str | None, minutes: float, **options: Any) -> None:
        ends_at = time.monotonic() + minutes * 60 if minutes else float("inf")
        for policy in policies():
            if only in (None, policy.name):
                self.prune(policy, ends_at, dry_run=dry_run)

    def prune(self, policy: Policy, ends_at: float, *, dry_run: bool) -> None:
        now, done = timezone.now(), 0
        due, told_at = policy.count(now), time.monotonic()
        if not policy.is_on:
            self.stdout.write(f"{policy.name}: kept for ever")
            return
        if not dry_run:
            for deleted in policy.prune(now):
                done += deleted
                if time.monotonic() > ends_at:
                    break
                if time.monotonic() - told_at > TOLD_SECONDS:
                    told_at = time.monotonic()
                    self.stdout.write(f"{policy.name}: {done} of {due} …")
                    self.stdout.flush()
        verb = f"{due} due" if dry_run else f"{done} of {due} erased"
        self.stdout.write(f"{policy.name}: {verb} ({policy.about}, kept {policy.days} days)")
