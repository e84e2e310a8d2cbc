from __future__ import annotations

import numpy as np
import pytest

from trading.portfolio import Curve, combine, correlation


def curve(at: list[int], equity: list[float], initial: float = 100) -> Curve:
    return Curve(np.array(at), np.array(equity, dtype=float), initial)


def test_curves_add_up_where_either_moves() -> None:
    found = combine([curve([10, 20, 30], [101, 102, 103]), curve([20, 40], [90, 110])])
    assert found.at.tolist() == [10, 20, 30, 40]
    # Before its first moment the second counts with its 100, after its last the first with 103.
    assert found.equity.tolist() == [201, 192, 193, 213]
    assert found.drawdown.tolist() == pytest.approx([0, 9 / 201, 8 / 201, 0])


def test_a_loss_from_the_start_is_a_drawdown() -> None:
    assert combine([curve([10], [80])]).drawdown.tolist() == pytest.approx([0.2])


def test_nothing_combines_to_nothing() -> None:
    assert len(combine([]).at) == 0


def test_correlation_is_pearsons_on_common_moments() -> None:
    random = np.random.default_rng(3)
    steps = random.normal(0, 0.01, (2, 60))
    steps[1] = 0.6 * steps[0] + 0.8 * steps[1]
    one = Curve(np.arange(60), 100 * np.cumprod(1 + steps[0]), 100)
    other = Curve(np.arange(60), 50 * np.cumprod(1 + steps[1]), 50)
    # By the definition, from the returns between the 60 moments that both have.
    a, b = steps[0][1:], steps[1][1:]
    wanted = ((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std())
    assert correlation(one, other) == pytest.approx(wanted)
    assert correlation(one, one) == pytest.approx(1)
    # With every second moment of the other, only those count.
    half = Curve(other.at[::2], other.equity[::2], 50)
    assert correlation(one, half) is None, "29 returns are too few"


def test_correlation_with_what_never_changes_is_undefined() -> None:
    flat = Curve(np.arange(60), np.full(60, 100.0), 100)
    moving = Curve(np.arange(60), np.linspace(100, 120, 60) + np.sin(np.arange(60)), 100)
    assert correlation(flat, moving) is None
