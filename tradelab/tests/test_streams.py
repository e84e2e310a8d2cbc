"""Five hundred pages that watch, on one real web process: what they hold, and what is left for everybody else."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Callable
from contextlib import closing
from statistics import median

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from agents.tests.world import bars_make, model_make, run_make
from core import live
from core.testing_async import run_apart
from tradelab.tests.web import free_port, web

STREAMS, AT_ONCE = 500, 10
MOST_CONNECTIONS = 10
PAGES, SLOWEST_PAGE = 15, 1.5  # seconds; 0.3 is wanted of a machine that does nothing else

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def page_seconds(port: int, path: str, session: str) -> float:
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as browser:
        browser.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        answer = browser.getresponse()
        answer.read()
        assert answer.status == 200, f"{path} answered {answer.status}"
    return time.monotonic() - began


def connections() -> int:
    """Of the web process: nobody else here serves users."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tl_app'"
        )
        found = int(cursor.fetchone()[0])
    connection.close()  # of a thread that nobody will use again
    return found


class Watcher:
    """A page's event stream, on a bare socket."""

    def __init__(self, port: int, path: str, session: str) -> None:
        self.port = port
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n\r\n".encode()
        )

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(self.request)
        await self.hear(b"event: ready")

    async def hear(self, words: bytes) -> None:
        async with asyncio.timeout(60):
            await self.reader.readuntil(words)


async def watched(port: int, topic: str, session: str, page: str) -> tuple[list[float], list[int]]:
    """Open the streams, ask for an ordinary page again and again, poke all; return its seconds and the connections."""
    watchers = [Watcher(port, f"/live/?topics={topic}", session) for _ in range(STREAMS)]
    for first in range(0, STREAMS, AT_ONCE):
        await asyncio.gather(*(watcher.open() for watcher in watchers[first : first + AT_ONCE]))
    taken, held = [], []
    for _ in range(PAGES):
        taken.append(await asyncio.to_thread(page_seconds, port, page, session))
        held.append(await asyncio.to_thread(connections))
    await asyncio.to_thread(live.publish, topic)
    await asyncio.gather(*(watcher.hear(b"event: poke") for watcher in watchers))
    for watcher in watchers:
        watcher.writer.close()
    return taken, held


def test_five_hundred_streams_leave_connections_and_time_for_pages(
    alice: User, record_property: Callable[[str, object], None]
) -> None:
    bars_make()
    run = run_make(alice, model_make(alice))
    client = Client()
    client.force_login(alice)
    session = client.cookies["sessionid"].value
    port = free_port()
    with web(port):
        page = f"/models/{run.model_id}/r/{run.number}/"
        alone = median(page_seconds(port, page, session) for _ in range(PAGES))
        taken, held = run_apart(watched(port, f"run:{run.pk}", session, page))
    record_property(
        "milliseconds", f"{median(taken) * 1000:.0f} beside {STREAMS} streams, {alone * 1000:.0f} alone"
    )
    record_property("connections", max(held))
    assert max(held) <= MOST_CONNECTIONS
    assert median(taken) < SLOWEST_PAGE
