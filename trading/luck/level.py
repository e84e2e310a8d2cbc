"""How sure one has to be. Whoever tries many runs finds a good one by luck alone.

Each run is therefore held to the level of Šidák (1967), 1 − (1 − α)^(1 ÷ runs), which keeps the chance of one false
claim among all of them at α.
"""

from __future__ import annotations

LEVEL = 0.05  # false claims that are put up with


def level_of_each(runs_tried: int, level: float = LEVEL) -> float:
    """Return the level at which each of several runs is tested, so that all together keep the level (Šidák 1967)."""
    if runs_tried < 1:
        raise ValueError(f"Runs tried should be at least 1, was {runs_tried}")
    return float(1 - (1 - level) ** (1 / runs_tried))


def corrected(p_value: float, runs_tried: int) -> float:
    """The chance that the best of several lucky runs would look at least as good."""
    return float(1 - (1 - p_value) ** runs_tried)
