"""Which indicators a prompt shows, as they are typed ("rsi 14, vwap") and as they are spelled in a bar's line."""

from __future__ import annotations

import inspect
from typing import NamedTuple

from market.columns import BarColumns
from market.indicators import INDICATORS

MOST = 8
LONGEST = 500
PLACES = {"rsi": 1, "zscore": 2, "relative_volume": 2}  # everything else is dollars
SHORT = {"relative_volume": "relvol", "highest_before": "high_before", "lowest_before": "low_before"}


class IndicatorSpec(NamedTuple):
    name: str
    lengths: tuple[int, ...]

    @property
    def label(self) -> str:
        return SHORT.get(self.name, self.name) + "".join(map(str, self.lengths))

    def __str__(self) -> str:
        return " ".join((self.name, *map(str, self.lengths)))

    def spelled(self, bars: BarColumns, first: int = 0) -> list[str]:
        """The value at each bar from row `first` on, a dash where it isn't defined."""
        places = PLACES.get(self.name, 4)
        values = INDICATORS[self.name](bars, *self.lengths)[first:].tolist()
        return ["-" if value != value else f"{value:.{places}f}" for value in values]


def specs_read(text: str) -> tuple[IndicatorSpec, ...]:
    """Read a list such as "rsi 14, atr 14, vwap". Raises ValueError saying what is wrong and what there is."""
    specs = tuple(spec_read(part) for part in text.replace(";", ",").split(",") if part.strip())
    if len(specs) > MOST:
        raise ValueError(f"at most {MOST} indicators, found {len(specs)}")
    return tuple(dict.fromkeys(specs))


def spec_read(text: str) -> IndicatorSpec:
    name, *lengths = text.split()
    if name not in INDICATORS:
        raise ValueError(f"an indicator should be one of {', '.join(INDICATORS)}, was {name!r}")
    wanted = len(inspect.signature(INDICATORS[name]).parameters) - 1
    try:
        numbers = tuple(int(length) for length in lengths)
    except ValueError:
        numbers = ()
    if len(numbers) != wanted or not all(1 <= number <= LONGEST for number in numbers):
        example = f"{name} 14" if wanted else name
        raise ValueError(f"{name} should be written like {example!r}, was {text.strip()!r}")
    return IndicatorSpec(name, numbers)
