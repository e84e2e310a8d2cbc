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
        f"asking             {alone.overhead} ms of our processor time a decision (prompt, journal, gates, commit) "
        f"beside {alone.raw} ms of the raw SDK call; {alone.decisions} decisions"
    )
    if crowd:
        yield (
            f"asking at once     {crowd.decisions_per_second} decisions/s of {crowd.most} that {crowd.latency:g} s of "
            f"latency allow {crowd.runs} runs; one worker, {crowd.memory_mb} MB, {crowd.connections} connections"
        )
