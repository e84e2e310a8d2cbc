"""Serve a scripted language model: a real OpenAI-compatible endpoint on this machine, for demos and trials without a key."""

from __future__ import annotations

import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.llm.fake.behaviour import KINDS, NAME, Behaviour
from agents.llm.fake.server import serving
from core.arguments import port


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
        parser.add_argument(
            "--port", type=port, default=8900, help="port (default %(default)s; 0: any free one)"
        )
        parser.add_argument(
            "--behaviour",
            default="",
            help=f"for every model, such as latency=2,error=1; of {', '.join(KINDS)}",
        )

    def handle(self, *, host: str, port: int, behaviour: str, **options: Any) -> None:
        try:
            wanted = Behaviour.of(f"{NAME}:{behaviour}")
        except ValueError as error:
            raise CommandError(str(error)) from None
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *arguments: stopped.set())
        with serving(host, port) as server:
            server.state.behaviour = wanted
            self.say(f"A scripted language model answers at {server.base_url}")
            self.say(
                f"Ask it for “{NAME}”, or “{NAME}:latency=2” and the like; any key will do. Ctrl-C ends it."
            )
            stopped.wait()
            self.say(f"Ended after {server.state.report()['calls']} calls")

    def say(self, text: str) -> None:
        """Whoever started it need not listen: it serves on, and ends in peace, with nobody at the other end."""
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except BrokenPipeError:
            # What the interpreter still holds would fail again as it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
