"""One look a second at all runs of this process that wait for a language model, instead of one for each of them."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from agents.llm.types import StopAsked
from core.rls import acting_as
from core.turnstile import release_connection
from runs.services import Claim, LeaseLost, LeaseSign, leases_beat

End = Callable[[BaseException], None]


@dataclass(eq=False, frozen=True, slots=True)
class Waiting:
    """Somebody who waits on behalf of a claim, and how to end that for a reason."""

    claim: Claim
    end: End


class Lookout:
    """A thread that lives while somebody waits: it keeps their leases and tells them of Stop and of a lease that is lost."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: set[Waiting] = set()
        self.thread: threading.Thread | None = None

    @contextmanager
    def keep(self, claim: Claim, end: End) -> Iterator[None]:
        """Look after a claim for the length of a block; `end` is called, from the other thread, when it has to end."""
        mine = Waiting(claim, end)
        with self.lock:
            self.waiting.add(mine)
            if self.thread is None:
                self.thread = threading.Thread(target=self.look_on, name="llm lookout", daemon=True)
                self.thread.start()
        try:
            yield
        finally:
            with self.lock:
                self.waiting.discard(mine)

    def look_on(self) -> None:
        try:
            while True:
                time.sleep(settings.LLM_BEAT_SECONDS)
                with self.lock:
                    waiting = list(self.waiting)
                    if not waiting:
                        self.thread = None
                        return
                look(waiting)
                release_connection()
        except BaseException:
            with self.lock:
                self.thread = None  # the next who waits starts another
            raise
        finally:
            close()


def look(waiting: Sequence[Waiting]) -> None:
    """Look at the leases of all who wait, user by user, as each may be seen only by its own."""
    of_user: dict[int, list[Waiting]] = defaultdict(list)
    for one in waiting:
        of_user[one.claim.user_id].append(one)
    for user_id, theirs in of_user.items():
        try:
            with acting_as(user_id):
                signs = leases_beat(user_id, [one.claim for one in theirs])
        except Exception as error:  # noqa: BLE001  (theirs to handle, as if each had looked itself)
            close()
            for one in theirs:
                one.end(error)
            continue
        for one in theirs:
            if (sign := signs[one.claim]) is not LeaseSign.HELD:
                one.end(StopAsked() if sign is LeaseSign.STOP else LeaseLost())


def close() -> None:
    """Leave a connection that may be broken, or is needed no more."""
    connection.close()


LOOKOUT = Lookout()
