"""Measure the chat: first tokens, open streams, and turns beside busy runs. In a throwaway installation."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from agents.demo import demo_create
from tradelab import stack, throwaway
from tradelab.chat_pace import STREAMS, ChatPace, chat_pace
from tradelab.management.commands.screenshots import free_port

# What the chat promises.
MOST_FIRST_TOKEN_MS = 150
MOST_CONNECTIONS = 10
MOST_START_MS = 1000


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for other programs")

    def handle(self, **options: Any) -> None:
        if not throwaway.is_inside():
            throwaway.run_inside("bench_chat", ["--json"] if options["json"] else [])
            return
        stack.migrate()
        found = chat_pace(demo_create(), free_port())
        self.stdout.write(json.dumps(asdict(found), indent=2) if options["json"] else "\n".join(lines(found)))


def lines(found: ChatPace) -> Iterator[str]:
    """What was measured, each with what it should be and whether it is."""
    yield judged(
        "first token",
        found.first_token_p95 < MOST_FIRST_TOKEN_MS,
        f"{found.first_token_p95} ms from the provider's first token to the page at the 95th of 100 ({found.first_token_p50} "
        f"ms at the 50th); {found.answers} answers, 20 at once; should be under {MOST_FIRST_TOKEN_MS} ms",
    )
    yield judged(
        "streams",
        found.streams >= STREAMS and found.web_connections <= MOST_CONNECTIONS,
        f"{found.streams} open on one web process with {found.web_connections} database connections, a page then takes "
        f"{found.page_p95} ms at the 95th of 100; should be at most {MOST_CONNECTIONS} connections",
    )
    yield judged(
        "beside runs",
        found.start_most <= MOST_START_MS,
        f"a turn starts after {found.start_most} ms at most ({found.start_p95} ms at the 95th of 100); {found.starts} turns "
        f"while {found.busy_runs} runs keep their workers busy; should be within {MOST_START_MS:,} ms",
    )


def judged(name: str, holds: bool, words: str) -> str:
    return f"{'holds ' if holds else 'MISSED'}  chat {name:<12} {words}"
