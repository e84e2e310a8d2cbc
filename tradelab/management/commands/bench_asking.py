"""Measure asking language models: our own time per decision, and many runs at once. In a throwaway installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.bench.asking import AskingPace, asking_pace
from agents.demo import demo_create
from tradelab import stack
from tradelab.crowd import CrowdPace, crowd_pace

MARK = "BENCH_INSTALLATION"  # set in the process that runs in it
OWN_SERVICES = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL")


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--runs", type=int, default=50, help="that wait at once (default %(default)s; 0: none)"
        )
        parser.add_argument(
            "--latency", type=float, default=2.0, help="of the model, seconds (default %(default)s)"
        )
        parser.add_argument("--json", action="store_true", help="for other programs")

    def handle(self, *, runs: int, latency: float, **options: Any) -> None:
        if os.environ.get(MARK) != str(settings.VAR_DIR):
            form = ["--json"] if options["json"] else []
            in_throwaway_installation(["--runs", str(runs), "--latency", str(latency), *form])
            return
        stack.migrate()
        user = demo_create()
        alone, crowd = asking_pace(user), crowd_pace(user, runs, latency) if runs else None
        found = {"alone": asdict(alone) | {"overhead": alone.overhead}}
        if crowd:
            found["crowd"] = asdict(crowd)
        self.stdout.write(json.dumps(found, indent=2) if options["json"] else "\n".join(lines(alone, crowd)))


def lines(alone: AskingPace, crowd: CrowdPace | None) -> Iterator[str]:
    yield (
        f"asking             {alone.overhead} ms of our processor time a decision (prompt, journal, gates, commit) "
        f"beside {alone.raw} ms of the raw SDK call; {alone.decisions} decisions"
    )
    if crowd:
        yield (
            f"asking at once     {crowd.decisions_per_second} decisions/s of {crowd.most} that {crowd.latency:g} s of "
            f"latency allow {crowd.runs} runs; one worker, {crowd.memory_mb} MB, {crowd.connections} connections"
        )


def in_throwaway_installation(arguments: list[str]) -> None:
    """Run the same command with services and tables of its own, which go with their folder."""
    with tempfile.TemporaryDirectory(prefix="tradelab-bench-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another account
        environment = {name: text for name, text in os.environ.items() if name not in OWN_SERVICES}
        var_dir = str(Path(folder).resolve() / "var")
        environment |= {"VAR_DIR": var_dir, MARK: var_dir, "ENV_FILE": os.devnull, "DATABASE_ROLE": "app"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench_asking", *arguments]
        result = subprocess.run(command, env=environment, check=False)  # noqa: S603  (our own program)
    if result.returncode:
        raise CommandError("The measurement failed; see above.")
