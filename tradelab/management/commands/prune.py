"""Delete what has been kept long enough: deleted runs with their prompts, notifications, records of logins, sessions."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
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
        with told_to_stop() as stop:
            for policy in policies():
                if only in (None, policy.name) and not stop.is_set():
                    self.prune(policy, ends_at, stop, dry_run=dry_run)
        if stop.is_set():
            self.stdout.write("Stopped. What is left goes next time.")

    def prune(self, policy: Policy, ends_at: float, stop: Event, *, dry_run: bool) -> None:
        now, done = timezone.now(), 0
        due, told_at = policy.count(now), time.monotonic()
        if not policy.is_on:
            self.stdout.write(f"{policy.name}: kept for ever")
            return
        if not dry_run:
            for deleted in policy.prune(now):
                done += deleted
                if stop.is_set() or time.monotonic() > ends_at:
                    break
                if time.monotonic() - told_at > TOLD_SECONDS:
                    told_at = time.monotonic()
                    self.stdout.write(f"{policy.name}: {done} of {due} …")
                    self.stdout.flush()
        verb = f"{due} due" if dry_run else f"{done} of {due} erased"
        self.stdout.write(f"{policy.name}: {verb} ({policy.about}, kept {policy.days} days)")


@contextmanager
def told_to_stop() -> Iterator[Event]:
    """Ctrl-C and systemd's word to end let the piece in hand be erased as a whole, and nothing after it."""
    stop = Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
