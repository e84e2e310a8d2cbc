"""Writes an answer down while it comes: pieces of text to the stream, parts to the database, and a sign of life.

Pieces are joined for some tens of milliseconds, never written to the database one by one. A second thread (`Pulse`)
flushes what is left when the analyst pauses, and hears of a stop; one lock keeps both in order.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime
from types import TracebackType
from typing import Self

from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from agents.closing import is_closing
from chat.deltas import entry_add, is_stop_asked
from chat.models import PartKind
from chat.parts import StoredPart, clean_text
from chat.services.turns import Claim, TurnLost, part_save, turn_beat
from core.rls import acting_as
from core.turnstile import release_connection

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.06
SAVE_SECONDS = 1.5
STOP_SECONDS = 0.4
BEAT_SECONDS = 4.0
BEAT_WITHOUT_REDIS_SECONDS = 1.0
TICK_SECONDS = 0.05


class Scribe:
    """For one claimed turn. `position` is that of the part which is being written."""

    def __init__(self, user: User, claim: Claim) -> None:
        self.user, self.claim = user, claim
        self.position = 0
        self.text = ""  # of the open text, as far as it was flushed
        self.pending: list[str] = []
        self.saved = 0  # characters of it that are stored
        self.stream_id = ""
        self.is_behind = False  # whether viewers miss something that Redis did not take
        self.first_text_at: datetime | None = None
        self.is_stopped = False
        self.is_lost = False
        self.lock = threading.RLock()
        now = time.monotonic()
        self.flushed_at, self.saved_at, self.asked_at, self.beat_at = 0.0, now, now, now

    def should_end(self) -> bool:
        """What the analyst polls: the user asked to stop, somebody else has the turn, or this worker closes."""
        return self.is_stopped or self.is_lost or is_closing()

    @property
    def has_open_text(self) -> bool:
        return bool(self.text or self.pending)

    def delta(self, text: str) -> None:
        with self.lock:
            self.check()
            self.first_text_at = self.first_text_at or timezone.now()
            self.pending.append(text)
            if time.monotonic() - self.flushed_at >= FLUSH_SECONDS:
                self.flush()

    def reset(self, reason: str) -> None:
        """Take the open text back."""
        with self.lock:
            self.check()
            self.text, self.pending, self.saved = "", [], 0
            self.save(StoredPart(PartKind.TEXT, "", {}), is_open=True)
            self.tell("reset", at=self.position, reason=clean_text(reason))

    def part(self, part: StoredPart) -> None:
        """Store a part that has ended; a text takes the place of the open one."""
        with self.lock:
            self.check()
            if part.kind is not PartKind.TEXT and self.has_open_text:
                self.part(self.open_part())
            self.first_text_at = self.first_text_at or (
                timezone.now() if part.kind is PartKind.TEXT else None
            )
            self.flush()
            self.save(part)
            self.text, self.pending, self.saved = "", [], 0
            self.tell("part", at=self.position)
            self.position += 1

    def open_part(self) -> StoredPart:
        """The open text as a part of its own."""
        with self.lock:
            return StoredPart(PartKind.TEXT, clean_text(self.text + "".join(self.pending)), {})

    def flush(self) -> None:
        if not self.pending:
            return
        piece = clean_text("".join(self.pending))
        start, self.pending = len(self.text), []
        self.text += piece
        self.flushed_at = time.monotonic()
        self.tell("delta", at=self.position, start=start, text=piece)

    def tell(self, kind: str, **values: object) -> None:
        """Append to the stream; once Redis is back, let viewers look at what is stored."""
        if self.is_behind:
            kind, values = "resync", {}
            self.save_open()
        entry = entry_add(self.claim.turn_id, kind, **values)
        self.is_behind = entry is None
        self.stream_id = entry or self.stream_id

    def save(self, part: StoredPart, *, is_open: bool = False) -> None:
        with acting_as(self.user.pk):
            part_save(self.user, self.claim, self.position, part, is_open=is_open, stream_id=self.stream_id)
        release_connection()
        self.saved_at = self.beat_at = time.monotonic()

    def save_open(self) -> None:
        if len(self.text) > self.saved:
            self.save(StoredPart(PartKind.TEXT, self.text, {}), is_open=True)
            self.saved = len(self.text)

    def check(self) -> None:
        if self.is_lost:
            raise TurnLost

    def tick(self) -> None:
        """Whatever is due. Raises TurnLost."""
        now = time.monotonic()
        with self.lock:
            if self.pending and now - self.flushed_at >= FLUSH_SECONDS:
                self.flush()
            if now - self.saved_at >= SAVE_SECONDS:
                self.save_open()
                self.saved_at = now
        if now - self.asked_at >= STOP_SECONDS:
            self.asked_at = now
            asked = is_stop_asked(self.claim.turn_id)
            self.is_stopped = self.is_stopped or bool(asked)
            if now - self.beat_at >= (BEAT_WITHOUT_REDIS_SECONDS if asked is None else BEAT_SECONDS):
                self.beat()

    def beat(self) -> None:
        self.beat_at = time.monotonic()
        with acting_as(self.user.pk):
            self.is_stopped = turn_beat(self.user, self.claim) or self.is_stopped
        release_connection()


class Pulse:
    """Lets a scribe tick in a thread of its own for the length of a block."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe = scribe
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run, name=f"turn {scribe.claim.turn_id}", daemon=True)

    def run(self) -> None:
        try:
            while not self.done.wait(TICK_SECONDS):
                self.tick()
        except TurnLost:
            self.scribe.is_lost = True
        finally:
            connection.close()  # of this thread

    def tick(self) -> None:
        try:
            self.scribe.tick()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("turn %s: no sign of life: %s", self.scribe.claim.turn_id, error)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done.set()
        self.thread.join()
