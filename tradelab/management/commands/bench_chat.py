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
from tradelab.chat_pace import ChatPace, chat_pace
from tradelab.management.commands.screenshots import free_port


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
    yield (
        f"chat first token   {found.first_token_p50} ms from the provider's first token to the page, "
        f"{found.first_token_p95} ms at the 95th of 100; {found.answers} answers, 20 at once"
    )
    yield (
        f"chat streams       {found.streams} open on one web process with {found.web_connections} database "
        f"connections; a page then takes {found.page_p95} ms at the 95th of 100"
    )
    yield (
        f"chat beside runs   a turn starts after {found.start_p95} ms at the 95th of 100, {found.start_most} ms at "
        f"most; {found.starts} turns while {found.busy_runs} runs keep their workers busy"
    )
