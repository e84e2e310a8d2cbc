"""`manage.py run`: everything in one terminal."""

from __future__ import annotations

import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.arguments import port
from tradelab import services, stack
from tradelab.services.locks import FileLock, holder
from tradelab.services.processes import Child, stop


class StopAsked(Exception):
    """Ctrl-C, or its equivalents."""


class Command(BaseCommand):
    help = "Run web, workers, beat and the embedded services until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
        parser.add_argument(
            "--port", type=port, default=settings.PORT, help="port to listen on (default %(default)s)"
        )

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        lock = FileLock(settings.VAR_DIR / "run.lock")
        if not lock.try_take():
            raise CommandError(f"tradelab is already running here (process {holder(lock.path)})")
        lock.sign()
        refuse_taken_port(host, port)
        listen_for(ask_to_stop)
        children: list[Child] = []
        try:
            self.prepare()
            self.start(children, host, port)
            reason = watch(children)
        except StopAsked:
            reason = ""
        finally:
            hurry = Event()
            listen_for(lambda *_: hurry.set())
            self.say("stopping … (Ctrl-C again to end at once)")
            killed = stop(children, seconds=stack.STOP_SECONDS, is_hurried=hurry.is_set)
        if reason:
            raise CommandError(reason)
        self.say("stopped" + (f" (had to kill {', '.join(killed)})" if killed else "") + "; all data is kept")

    def prepare(self) -> None:
        if stack.migrate():
            self.say("tables are up to date")
        if not settings.IS_PRODUCTION and not get_user_model().objects.exists():
            self.say("first start: making the demo user, its Models and the sample market")
            call_command("create_demo", stdout=self.stdout)

    def start(self, children: list[Child], host: str, port: int) -> None:
        children.append(stack.start_web(host, port))
        children.append(stack.start_worker("runs,beat", settings.RUNS_WORKERS))
        children.append(stack.start_waiting_worker("llm", settings.LLM_THREADS))
        children.append(stack.start_waiting_worker("chat", settings.CHAT_THREADS))
        children.append(stack.start_beat())
        address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104  (compared, not bound)
        wait_for_page(f"{address}healthz", children[0])
        self.say(f"tradelab is at {address}")
        if get_user_model().objects.filter(username="demo").exists():
            self.say("log in as demo, password demo")
        self.say("Ctrl-C stops everything")

    def say(self, message: str) -> None:
        try:
            self.stdout.write(message)
            self.stdout.flush()
        except OSError:
            pass  # the terminal has gone; what remains is to stop in order


def ask_to_stop(number: int, frame: FrameType | None) -> None:
    # Until somebody listens for it, another Ctrl-C must not break into the stopping.
    listen_for(signal.SIG_IGN)
    raise StopAsked


def listen_for(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"can't listen on {host} port {port}: {error.strerror}; choose another with --port"
            ) from None


def wait_for_page(url: str, web: Child) -> None:
    while web.is_alive:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  (our own address)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def watch(children: list[Child]) -> str:
    """Return why things can't go on, as soon as they can't."""
    while True:
        for child in children:
            if not child.is_alive:
                return f"{child.name} ended (exit status {child.process.returncode}), so everything stops"
        lease = services.held()
        if lease and not lease.is_alive:
            return f"the services ended, so everything stops: {lease.reason_of_death()}"
        time.sleep(0.2)
