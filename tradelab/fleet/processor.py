"""Processor time of processes, as Linux counts it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from tradelab.services.processes import Child

PARENT = 1  # fields behind the name in /proc/…/stat
OWN = (11, 12)  # of user and system
OF_THE_DEAD = (13, 14)  # the same of children that have ended


def pids_of(children: Iterable[Child]) -> Iterator[int]:
    """Each process, and those that it started."""
    for child in children:
        yield from family(child.process.pid)


def family(pid: int) -> Iterator[int]:
    """A process, and those that it started."""
    yield pid
    yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    return seconds(fields_of(pid), OWN)


def family_seconds(pid: int) -> float:
    """What a process has used so far, with those that it started, the ended ones among them."""
    used = seconds(fields_of(pid), OF_THE_DEAD)
    for member in family(pid):
        try:
            used += processor_seconds(member)
        except FileNotFoundError:  # it has just ended, and counts among the dead from now on
            continue
    return used


def fields_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def seconds(fields: list[str], places: Iterable[int]) -> float:
    return sum(int(fields[place]) for place in places) / os.sysconf("SC_CLK_TCK")


def postgres_pid() -> int:
    """The process that started all of a PostgreSQL on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(fields_of(cursor.fetchone()[0])[PARENT])


def redis_pid() -> int:
    """The process of a Redis on this machine."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        found = client.info("server")
    return int(found["process_id"])
