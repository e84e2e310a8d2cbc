"""Measure asking language models: our own time per decision, and many runs at once. In a throwaway installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.bench.asking import asking_pace
from agents.demo import demo_create
from tradelab import stack
from tradelab.crowd import crowd_pace

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

    def handle(self, *, runs: int, latency: float, **options: Any) -> None:
        if os.environ.get(MARK) != str(settings.VAR_DIR):
            in_throwaway_installation(["--runs", str(runs), "--latency", str(latency)])
        else:
            self.stdout.write(json.dumps(measured(runs, latency), indent=2))


def measured(runs: int, latency: float) -> dict[str, Any]:
    stack.migrate()
    user = demo_create()
    found = {"alone": asdict(asking_pace(user))}
    if runs:
        found["crowd"] = asdict(crowd_pace(user, runs, latency))
    return found


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
