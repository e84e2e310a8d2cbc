"""Measure asking language models: our own time per decision, and many runs at once. In a throwaway installation."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from agents.bench.asking import AskingPace, asking_pace
from agents.demo import demo_create
from tradelab import stack, throwaway
from tradelab.crowd import CrowdPace, crowd_pace
from tradelab.crowd_lines import INDENT, crowd_lines, target_line, verdict

MOST_OVERHEAD_MS = 15.0
LEAST_PACE, MOST_MEMORY_MB = 20.0, 600.0  # of 50 runs at 2 s


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
        if not throwaway.is_inside():
            form = ["--json"] if options["json"] else []
            throwaway.run_inside("bench_asking", ["--runs", str(runs), "--latency", str(latency), *form])
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
        f"asking             {alone.overhead:.2f} ms of our processor time a decision (prompt, journal, gates, commit) "
        f"beside {alone.raw} ms of the raw SDK call; {alone.decisions} decisions"
    )
    yield f"{INDENT}{verdict(alone.overhead < MOST_OVERHEAD_MS)}: less than {MOST_OVERHEAD_MS:g} ms"
    if crowd:
        yield from crowd_lines(crowd)
        if crowd.most > LEAST_PACE:  # fewer runs can't
            yield target_line(crowd, decisions_per_second=LEAST_PACE, memory_mb=MOST_MEMORY_MB)
