"""What is said of many runs that waited for a language model at the same time, and whether it is what was wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tradelab.crowd import CrowdPace

LINEAR = 0.9  # of what the latency alone would allow: the rest is the jitter of half a minute
INDENT = " " * 19


def crowd_lines(crowd: CrowdPace) -> Iterator[str]:
    """Pace, memory and where the processor time went."""
    workers = "one worker" if crowd.processes == 1 else f"{crowd.processes} workers"
    yield (
        f"asking at once     {crowd.runs:>4} runs, {crowd.latency:g} s a question: {crowd.decisions_per_second} "
        f"decisions/s of {crowd.most} possible (× {crowd.share:.2f} of linear); "
        f"{workers}, {crowd.memory_mb:.0f} MB, {crowd.connections} connections"
    )
    costs = ", ".join(f"{kind} {cost:.2f}" for kind, cost in crowd.costs.items())
    yield (
        f"{INDENT}{crowd.cost_ms:.2f} ms of a processor a decision ({costs}): all of them keep {crowd.cores_wanted:.2f} "
        f"of {crowd.cores} processors busy"
    )
    if not crowd.is_quiet:
        yield f"{INDENT}this machine was not quiet: {crowd.load} processes wanted its {crowd.cores} processors"


def linear_line(crowds: Sequence[CrowdPace]) -> str:
    """Whether the pace grew with the number of runs to the end."""
    paces = ", ".join(f"{crowd.runs} runs × {crowd.share:.2f}" for crowd in crowds)
    is_met = all(crowd.share >= LINEAR for crowd in crowds)
    return (
        f"{INDENT}{verdict(is_met)}: linear to {crowds[-1].runs} runs, which is × {LINEAR:g} or more of what the "
        f"latency allows at each size ({paces})"
    )


def target_line(crowd: CrowdPace, *, decisions_per_second: float, memory_mb: float) -> str:
    """Whether so many decisions a second were made in so little memory."""
    is_met = crowd.decisions_per_second >= decisions_per_second and crowd.memory_mb < memory_mb
    return f"{INDENT}{verdict(is_met)}: {decisions_per_second:g} decisions/s or more in less than {memory_mb:g} MB"


def verdict(is_met: bool) -> str:
    return "target met" if is_met else "TARGET MISSED"
