"""Lines over time as pictures: those of one unit that share their time stand in one, on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat.rendering.cells import plain, written

WIDTH, HEIGHT = 560, 120
MOST_LINES = 6  # of one picture, as there are colours
Series = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as points of an SVG."""

    title: str
    points: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Picture:
    lines: list[Line]
    lowest: str
    highest: str
    begins: str
    ends: str

    @property
    def words(self) -> str:
        """What it shows, for those who can't see it."""
        said = [f"{line.title}: from {line.first} to {line.last}" for line in self.lines]
        return f"{'; '.join(said)}; lowest {self.lowest}, highest {self.highest}"


def pictures_of(series: Sequence[Series]) -> list[Picture]:
    """Every line of at least two points, in order."""
    groups: list[list[Series]] = []
    for each in series:
        if len(each["points"]) < 2:
            continue
        if groups and len(groups[-1]) < MOST_LINES and stand_together(groups[-1][0], each):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [picture_of(group) for group in groups]


def stand_together(one: Series, other: Series) -> bool:
    return bool(
        one["unit"] == other["unit"]
        and times_of(one)[0] <= times_of(other)[-1]
        and times_of(other)[0] <= times_of(one)[-1]
    )


def picture_of(group: Sequence[Series]) -> Picture:
    values = [float(value) for each in group for _, value in each["points"]]
    times = [time for each in group for time in times_of(each)]
    begin, end, low, high = min(times), max(times), min(values), max(values)
    across, up = WIDTH / ((end - begin) or 1), HEIGHT / ((high - low) or 1)

    def line(each: Series) -> Line:
        unit, points = each["unit"], each["points"]
        places = " ".join(
            f"{(time - begin) * across:.1f},{HEIGHT - (float(value) - low) * up:.1f}"
            for time, (_, value) in zip(times_of(each), points, strict=True)
        )
        first, last = (written(float(points[at][1]), unit) for at in (0, -1))
        return Line(plain(each["title"]), places, first, last)

    lowest, highest = (written(value, group[0]["unit"]) for value in (low, high))
    stamps = sorted(
        (stamp for each in group for stamp in (each["points"][0][0], each["points"][-1][0])),
        key=datetime.fromisoformat,
    )
    begins, ends = (written(stamps[at], "time") for at in (0, -1))
    return Picture([line(each) for each in group], lowest, highest, begins, ends)


def times_of(series: Series) -> list[float]:
    return [datetime.fromisoformat(time).timestamp() for time, _ in series["points"]]
