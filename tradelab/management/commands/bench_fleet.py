"""Measure many processes together: survive being killed, compute on two, wait for language models at once.

In a throwaway installation, with a PostgreSQL and a Redis of its own.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from agents.demo import demo_create
from core.arguments import whole
from tradelab import stack, throwaway
from tradelab.crowd import CrowdPace, crowd_pace
from tradelab.crowd_lines import crowd_lines, linear_line
from tradelab.fleet.computing import ComputingPace, computing_pace
from tradelab.fleet.survival import Survival, survive

PARTS = ("survival", "computing", "asking")
LATENCY_SECONDS = 2.0
LLM_PROCESSES = 2


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--runs", type=whole(1, 10_000), default=200, help="at once (default %(default)s)"
        )
        parser.add_argument("--kills", type=int, default=20, help="while they advance (default %(default)s)")
        parser.add_argument("--seed", type=int, default=8, help="of the kills (default %(default)s)")
        parser.add_argument("--only", choices=PARTS, help="one part instead of all")
        parser.add_argument("--json", action="store_true", help="for other programs")

    def handle(self, *, runs: int, kills: int, seed: int, only: str | None, **options: Any) -> None:
        if not throwaway.is_inside():
            again = ["--runs", str(runs), "--kills", str(kills), "--seed", str(seed)]
            again += ["--only", only] if only else []
            throwaway.run_inside("bench_fleet", [*again, *(["--json"] if options["json"] else [])])
            return
        stack.migrate()
        user, wanted = demo_create(), (only,) if only else PARTS
        found: dict[str, Any] = {}
        is_right = True
        if "computing" in wanted:
            pace = computing_pace(user, max(10, runs // 2))
            found["computing"] = asdict(pace) | {"ratio": pace.ratio, "quiet_ratio": pace.quiet_ratio}
            self.tell(computing_lines(pace), options)
        if "asking" in wanted:
            crowds: list[CrowdPace] = []
            for crowd in crowds_of(user, runs):
                crowds.append(crowd)
                self.tell(crowd_lines(crowd), options)
            self.tell([linear_line(crowds)], options)
            found["asking"] = [asdict(crowd) | {"share": crowd.share} for crowd in crowds]
        if "survival" in wanted:
            survival = survive(
                user, runs, kills, seed=seed, say=lambda text: self.tell([f"  {text}"], options)
            )
            found["survival"], is_right = asdict(survival), not survival.verdict.problems
            self.tell(survival_lines(survival), options)
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
        if not is_right:
            raise CommandError("Not every run ended right.")

    def tell(self, lines: Iterator[str] | list[str], options: dict[str, Any]) -> None:
        if not options["json"]:
            self.stdout.write("\n".join(lines))
            self.stdout.flush()


def crowds_of(user: User, runs: int) -> Iterator[CrowdPace]:
    """The same for a quarter, a half and all of the runs."""
    for size in sorted({max(1, runs // 4), max(1, runs // 2), runs}):
        yield crowd_pace(user, size, LATENCY_SECONDS, processes=LLM_PROCESSES)


def computing_lines(pace: ComputingPace) -> Iterator[str]:
    yield (
        f"computing          {pace.one:,.0f} steps/s on one worker process, {pace.two:,.0f} on two: × {pace.ratio:.2f}; "
        f"{pace.runs} baseline runs at once, four times (1, 2, 2, 1 processes)"
    )
    yield (
        f"                   a thousand steps take {pace.one_cost} s of a processor on one, {pace.two_cost} s on two: "
        f"× {pace.quiet_ratio:.2f} where each has its own"
    )
    if pace.load > pace.cores:
        yield (
            f"                   this machine was not quiet: {pace.load} processes wanted its {pace.cores} processors"
        )


def survival_lines(survival: Survival) -> Iterator[str]:
    verdict = survival.verdict
    killed = ", ".join(f"{name} × {count}" for name, count in survival.kills.items()) or "nobody"
    yield (
        f"survival           {verdict.runs} runs at once, {survival.scheduled} of them by schedules; {verdict.steps:,} steps "
        f"in {survival.seconds} s; killed: {killed}; {verdict.resumed} times a run was taken over"
    )
    if survival.fell:
        fell = ", ".join(f"{name} × {count}" for name, count in survival.fell.items())
        yield f"                   ended by themselves and were started again: {fell}"
    if verdict.problems:
        yield f"                   {len(verdict.problems)} problems:"
        yield from (f"                   {problem}" for problem in verdict.problems[:20])
    else:
        yield (
            f"                   every run ended as an undisturbed one does, none twice, and {verdict.records:,} log "
            "records verify"
        )
