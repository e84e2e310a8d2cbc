"""How long to wait for a process that was told to end: by what it could do since, not by the clock on the wall alone."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic

USED = (11, 12)  # fields behind the name in /proc/…/stat: of user and system
LONGEST_SECONDS = 30.0
STUCK_SECONDS = 1.0  # whoever waits for somebody else uses nothing
SHARE = 0.5  # of the time that it is given; whoever had so much of a processor had his chance


class Patience:
    """With one process: so many seconds, and more while it is getting on and had little of a processor since."""

    def __init__(self, pid: int, seconds: float) -> None:
        self.pid = pid
        self.seconds = seconds
        self.began = self.moved_at = monotonic()
        self.used_at_first = self.used = processor_seconds(pid)

    def lasts(self) -> bool:
        """Whether it is worth waiting on."""
        now, used = monotonic(), processor_seconds(self.pid)
        if used is None or self.used is None or self.used_at_first is None:
            return now - self.began < self.seconds
        if used > self.used:
            self.used, self.moved_at = used, now
        if now - self.began < self.seconds:
            return True
        has_had_its_chance = used - self.used_at_first >= self.seconds * SHARE
        is_stuck = now - self.moved_at >= STUCK_SECONDS
        return not has_had_its_chance and not is_stuck and now - self.began < LONGEST_SECONDS


def processor_seconds(pid: int) -> float | None:
    """What a process has used so far; None where it can't be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return sum(int(fields[place]) for place in USED) / os.sysconf("SC_CLK_TCK")
