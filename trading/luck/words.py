"""How findings are worded: numbers rounded to what they can claim."""

from __future__ import annotations


def wait(more_days: int) -> str:
    """Two significant digits: more would claim too much."""
    size = 10 ** max(0, len(str(more_days)) - 2)
    rounded = round(more_days / size) * size
    return f"about {rounded:,} more day{'' if rounded == 1 else 's'} needed"


def correction(runs_tried: int) -> str:
    return f" (corrected for {runs_tried:,} runs tried)" if runs_tried > 1 else ""


def count_of(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(value: float) -> str:
    """Three significant digits, with sign."""
    return f"{100 * value:+.3g} %".replace("-", "−")
