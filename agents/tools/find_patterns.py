"""What winning and losing trades have in common, with sample sizes and intervals, and a plain word where they are too few."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from agents.tools.about import run_asked, run_facts, run_link, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.chance import difference_chance, mean_interval, share_interval
from agents.tools.payload import Fact, Payload, Row, Table, Unit, Value, table_of
from agents.tools.trips import Trip, grouped, hour_of, trip_facts, trips_load
from reasoning.models import Entry, EntryKind
from runs.models import Run
from runs.selectors import HEAVY, runs_of_model

FEWEST = 10  # trades of a group before anything is said about it
MOST_RUNS, MOST_WORDS = 30, 12
CLAIM = 0.05  # false claims that are put up with, over all groups of a table together
WORD = re.compile(r"[a-z][a-z'-]{3,}")
COMMON = (
    "this that with from have will into over than then when what were been being above below after "
    "before about there their which while would could should still here just only very more most "
    "much each"
)
Subject = Literal["time_of_day", "holding_time", "confidence", "reason_words"]
HOLDING = (
    (300, "under 5 min"),
    (900, "5–15 min"),
    (3_600, "15–60 min"),
    (14_400, "1–4 h"),
    (86_400, "4–24 h"),
    (432_000, "1–5 d"),
    (1_728_000, "5–20 d"),
)
BINS = ((0.5, "below 50 %"), (0.6, "50–60 %"), (0.7, "60–70 %"), (0.8, "70–80 %"), (0.9, "80–90 %"))


class FindPatterns(RunArguments):
    subjects: list[Subject] = Field(
        ["time_of_day", "holding_time", "confidence", "reason_words"],
        min_length=1,
        description="What to look at.",
    )
    all_runs: bool = Field(False, description=f"Over the Model's newest {MOST_RUNS} runs instead of one.")


def find_patterns(asking: Asking, wanted: FindPatterns) -> Payload:
    runs = runs_asked(asking, wanted)
    trips = [trip for run in runs for trip in trips_load(run)]
    confidences = confidences_of(runs) if "confidence" in wanted.subjects else {}
    made: dict[Subject, Callable[[], Table | None]] = {
        "time_of_day": lambda: parted("By hour of entry (exchange time)", trips, hour_of),
        "holding_time": lambda: parted("By holding time", trips, held),
        "confidence": lambda: by_confidence(trips, confidences),
        "reason_words": lambda: by_words(trips),
    }
    tables = [made[subject]() for subject in dict.fromkeys(wanted.subjects)]
    title = run_title(runs[0]) if len(runs) == 1 else f"{len(runs)} runs of {runs[0].model.name}"
    return Payload(
        title=f"Patterns in {title}",
        about=run_facts(runs[0]) if len(runs) == 1 else [],
        facts=[Fact(key="runs", label="Runs", value=len(runs), unit=Unit.COUNT), *trip_facts(trips)],
        tables=[table for table in tables if table is not None],
        links=[run_link(run) for run in runs[:5]],
        notes=notes_of(runs, trips),
    )


def runs_asked(asking: Asking, wanted: FindPatterns) -> list[Run]:
    """One run, or the newest of its Model."""
    run = run_asked(asking, wanted)
    if not wanted.all_runs:
        return [run]
    runs = runs_of_model(asking.user, run.model_id).defer(*HEAVY).filter(cursor__gt=0)
    return list(runs[:MOST_RUNS])


def notes_of(runs: Sequence[Run], trips: Sequence[Trip]) -> list[str]:
    notes = (
        [f"Too few to tell: {len(trips)} round trips; a group needs {FEWEST}."]
        if len(trips) < 2 * FEWEST
        else []
    )
    if len(runs) > 1 and len({(run.date_from, run.date_to, tuple(run.symbols)) for run in runs}) < len(runs):
        notes.append("Some of these runs traded the same days, so their trades are not independent.")
    notes.append(
        "A group is called better or worse than the rest only where chance alone would do it in less than "
        f"{CLAIM:.0%} of all cases, over all groups of its table together (Fisher, Bonferroni)."
    )
    return notes


def held(trip: Trip) -> str:
    return bin_of(trip.row.held_seconds, HOLDING, "over 20 d")


def bin_of(value: float, edges: Sequence[tuple[float, str]], last: str) -> str:
    """The name of the first bin whose edge lies above the value."""
    return next((name for edge, name in edges if value < edge), last)


def confidences_of(runs: Sequence[Run]) -> Mapping[tuple[int, int], float]:
    """How sure the decider said it was, by run and step."""
    entries = Entry.objects.filter(run__in=runs, kind=EntryKind.DECISION)
    return {
        (run, step): confidence
        for run, step, confidence in entries.values_list("run_id", "step", "confidence")
        if confidence is not None
    }


def by_confidence(trips: Sequence[Trip], confidences: Mapping[tuple[int, int], float]) -> Table | None:
    """Only of entries whose decider said how sure it was."""
    known = [trip for trip in trips if (trip.run.pk, trip.entry_step) in confidences]

    def sure(trip: Trip) -> str:
        return bin_of(confidences[trip.run.pk, trip.entry_step], BINS, "90–100 %")

    return parted("By confidence at entry", known, sure) if known else None


def by_words(trips: Sequence[Trip]) -> Table | None:
    """Words that some entries' reasons have and others lack, those first that set winners and losers most apart."""
    said: dict[str, list[Trip]] = {}
    for trip in trips:
        for word in set(WORD.findall(trip.entry_reason.lower())) - set(COMMON.split()):
            said.setdefault(word, []).append(trip)
    telling = {
        word: with_it for word, with_it in said.items() if FEWEST <= len(with_it) <= len(trips) - FEWEST
    }
    if not telling:
        return None
    tried = len(telling)
    rows = sorted(
        (group_row(f"“{word}”", with_it, trips, tried) for word, with_it in telling.items()),
        key=lambda found: (found[0], found[1].values[0]),
    )
    title = f"By words in the reason of entry ({tried} words were looked at)"
    return table_of(title, COLUMNS, [row for _, row in rows[:MOST_WORDS]], total=tried)


def parted(title: str, trips: Sequence[Trip], key: Callable[[Trip], str]) -> Table | None:
    groups = grouped(trips, key)
    if not groups:
        return None
    tried = sum(len(group) >= FEWEST for group in groups.values())
    return table_of(
        title, COLUMNS, [group_row(name, group, trips, tried)[1] for name, group in groups.items()]
    )


COLUMNS = [
    ("group", "Group", Unit.TEXT),
    ("trips", "Trips", Unit.COUNT),
    ("winners", "Winners", Unit.COUNT),
    ("win_rate", "Win rate", Unit.PERCENT),
    ("win_rate_low", "At least", Unit.PERCENT),
    ("win_rate_high", "At most", Unit.PERCENT),
    ("profit", "Profit", Unit.MONEY),
    ("average", "Average", Unit.MONEY),
    ("average_low", "At least", Unit.MONEY),
    ("average_high", "At most", Unit.MONEY),
    ("finding", "Finding", Unit.TEXT),
]


def group_row(name: str, group: Sequence[Trip], trips: Sequence[Trip], tried: int) -> tuple[float, Row]:
    """A group's p-value against the rest, and its row."""
    count, wins = len(group), winners(group)
    chance = difference_chance(wins, count, winners(trips) - wins, len(trips) - count)
    profits = [float(trip.pnl) for trip in group]
    low, high = share_interval(wins, count) or (None, None)
    mean_low, mean_high = mean_interval(profits) or (None, None)
    total = sum(trip.pnl for trip in group)
    values: list[Value] = [
        name,
        count,
        wins,
        wins / count,
        low,
        high,
        total,
        total / count,
        mean_low,
        mean_high,
    ]
    return chance, Row(values=[*values, finding(group, trips, chance, tried)])


def finding(group: Sequence[Trip], trips: Sequence[Trip], chance: float, tried: int) -> str:
    rest = len(trips) - len(group)
    if min(len(group), rest) < FEWEST:
        return "too few to tell"
    if chance * tried > CLAIM:
        return "not told apart from the rest"
    is_better = winners(group) * rest > (winners(trips) - winners(group)) * len(group)
    return "wins more often than the rest" if is_better else "wins less often than the rest"


def winners(trips: Iterable[Trip]) -> int:
    return sum(trip.pnl > 0 for trip in trips)


TOOL = Tool(
    "find_patterns",
    "Whether winners and losers differ by hour of entry, holding time, stated confidence or words of the reason: group by "
    "group with sample sizes, 95 % intervals and a finding that says “too few to tell” where it is so. For one run or "
    "over a Model's runs.",
    FindPatterns,
    find_patterns,
)
