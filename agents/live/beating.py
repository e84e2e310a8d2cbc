"""A live run's lease while its vendor takes its time: many symbols, asked one by one, may take longer than a lease."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection

from core.rls import acting_as
from runs.services import Claim, LeaseLost, lease_beat

BEATS_A_LEASE = 6
LONGEST_SECONDS = 600.0  # whoever hangs for longer has lost the run, and another worker asks


@contextmanager
def lease_kept(user: User, claim: Claim) -> Iterator[None]:
    """Renew the lease in the background while the block waits for somebody else's answer."""
    over = Event()
    keeper = Thread(target=beat, args=(user, claim, over), name=f"lease of run {claim.run_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def beat(user: User, claim: Claim, over: Event) -> None:
    """Give signs of life until it is over; a lease that is lost is found out by the next write."""
    deadline = time.monotonic() + LONGEST_SECONDS
    try:
        while not over.wait(settings.RUN_LEASE_SECONDS / BEATS_A_LEASE) and time.monotonic() < deadline:
            sign_of_life(user, claim)
    except LeaseLost:
        return
    finally:
        connection.close()  # of this thread, which ends


def sign_of_life(user: User, claim: Claim) -> None:
    try:
        with acting_as(user.pk):
            lease_beat(user, claim)
    except (OperationalError, InterfaceError):
        connection.close()  # the database is away: the next sign may reach it
