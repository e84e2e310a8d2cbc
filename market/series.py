"""Numbers over a whole run, computed once and shown at the clock of the reader that they came from."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
UNDEFINED = 2  # beside the signs −1, 0 and 1


class Clock(Protocol):
    @property
    def step(self) -> int: ...


class Series:
    """The values of one indicator. `editions` are those in the shares of different times, each with its first step;
    the value after k closed bars has place k, and `closed` says how many have closed after each step."""

    __slots__ = ("_clock", "_closed", "_editions", "_later", "_until", "_values")

    def __init__(self, clock: Clock, closed: Sequence[int], editions: Sequence[tuple[int, Floats]]) -> None:
        self._clock = clock
        self._closed = closed
        self._editions = editions
        self._later = list(editions[:0:-1])  # the next one last
        self._values = editions[0][1].data
        self._until = self._later[-1][0] if self._later else sys.maxsize

    def now(self) -> float | None:
        """The value at the last closed bar; None while undefined."""
        step = self._clock.step
        while step >= self._until:
            self._values = self._later.pop()[1].data
            self._until = self._later[-1][0] if self._later else sys.maxsize
        value: float = self._values[self._closed[step]]
        return value if value == value else None

    def _by_step(self) -> Floats:
        """What `now` gives after each step, NaN for None; to be read only, as it may be the values themselves."""
        # Where every step has a bar, the place is the step.
        closed = None if isinstance(self._closed, range) else np.asarray(self._closed)
        if closed is None and len(self._editions) == 1:
            return self._editions[0][1]
        shown: Floats = np.empty(len(self._closed))
        for since, values in self._editions:
            shown[since:] = values[since:] if closed is None else values[closed[since:]]
        return shown


class Signs:
    """Whether one number is above another (1), equal (0) or below (−1).

    A decider that looks at nothing else need not be asked while the sign stays. It says so by naming what its hold
    rests on; the walk, and nobody who decides, asks here when that changes. It is asked again at that very step.
    """

    __slots__ = ("_changes", "_clock", "_signs")

    def __init__(self, clock: Clock, left: Series, right: Series | float) -> None:
        self._clock = clock
        difference = left._by_step() - (right._by_step() if isinstance(right, Series) else right)
        signs = np.full(len(difference), UNDEFINED, dtype=np.int8)
        for sign, found in ((1, difference > 0), (0, difference == 0), (-1, difference < 0)):
            signs[found] = sign
        self._signs = signs.data
        self._changes = (np.flatnonzero(np.diff(signs)) + 1).data

    def now(self) -> int | None:
        """The sign at the clock; None while a number is undefined."""
        sign: int = self._signs[self._clock.step]
        return None if sign == UNDEFINED else sign

    def changes_at(self) -> int:
        """The first step after the clock's at which the sign is another one. For the walk, not for deciders."""
        place = bisect_right(self._changes, self._clock.step)
        return self._changes[place] if place < len(self._changes) else sys.maxsize
