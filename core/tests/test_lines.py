from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.lines import HEIGHT, MOST_POINTS, WIDTH, extremes, line_chart, path_of


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in path[1:].split("L"))]


def test_a_line_runs_from_edge_to_edge_with_high_values_above() -> None:
    assert points(path_of(np.array([10.0, 20.0, 15.0]), 10, 20)) == [
        (0, HEIGHT),
        (WIDTH / 2, 0),
        (WIDTH, HEIGHT / 2),
    ]


def test_lines_share_one_scale() -> None:
    chart = line_chart([("benchmark", np.array([1.0, 2.0])), ("equity", np.array([0.0, 4.0]))])
    assert chart is not None
    assert (chart.low, chart.high) == (0, 4)
    assert points(chart.lines[0].path) == [(0, HEIGHT * 3 / 4), (WIDTH, HEIGHT / 2)]


def test_nothing_is_drawn_of_nothing() -> None:
    assert line_chart([]) is None
    assert line_chart([("equity", np.array([1.0]))]) is None


@given(st.integers(0, 2**32 - 1), st.integers(MOST_POINTS + 1, 5 * MOST_POINTS))
def test_a_long_line_keeps_its_ends_and_its_extremes(seed: int, length: int) -> None:
    column = np.random.default_rng(seed).normal(size=length).round(1).cumsum()
    kept = extremes(column)
    assert len(kept) <= MOST_POINTS + 2
    assert (kept[0], kept[-1]) == (0, length - 1)
    assert (column[kept].min(), column[kept].max()) == (column.min(), column.max())
    assert (np.diff(kept) > 0).all()
