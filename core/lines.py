"""Lines of a chart as SVG paths, drawn on the server so that they print and need no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDTH, HEIGHT = 800, 220
MOST_POINTS = 800


@dataclass(frozen=True, slots=True)
class Line:
    name: str  # its CSS class follows it
    path: str  # of an SVG path, within WIDTH × HEIGHT


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines on one scale, with the scale's ends."""

    lines: list[Line]
    low: float
    high: float


def line_chart(columns: Sequence[tuple[str, Floats]]) -> LineChart | None:
    """Draw columns of one length over each other; None where there is nothing to draw."""
    if not columns or len(columns[0][1]) < 2:
        return None
    low = min(float(values.min()) for _, values in columns)
    high = max(float(values.max()) for _, values in columns)
    return LineChart([Line(name, path_of(values, low, high)) for name, values in columns], low, high)


def path_of(values: Floats, low: float, high: float) -> str:
    """Through every point, or where there are too many through the lowest and highest of each stretch."""
    kept = extremes(values) if len(values) > MOST_POINTS else np.arange(len(values))
    x = kept / (len(values) - 1) * WIDTH
    y = (high - values[kept]) / (high - low or 1) * HEIGHT
    return "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def extremes(values: Floats, stretches: int = MOST_POINTS // 2) -> NDArray[np.int64]:
    """Where each of so many stretches has its lowest and highest value, besides both ends; ascending."""
    edges = np.linspace(0, len(values), stretches + 1).astype(np.int64)
    found = {0, len(values) - 1}
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = values[start:end]
        found |= {start + int(part.argmin()), start + int(part.argmax())}
    return np.array(sorted(found), dtype=np.int64)
