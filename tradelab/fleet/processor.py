"""Processor time of processes, as Linux counts it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tradelab.services.processes import Child

USER, SYSTEM = 11, 12  # fields behind the name in /proc/…/stat


def pids_of(children: Iterable[Child]) -> Iterator[int]:
    """Each process, and those that it started."""
    for child in children:
        pid = child.process.pid
        yield pid
        yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    behind_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(behind_name[USER]) + int(behind_name[SYSTEM])
    return ticks / os.sysconf("SC_CLK_TCK")
