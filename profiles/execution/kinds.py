"""The kinds of setting: one of several conventions, or an amount within bounds. Each judges a value and words it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trading.money import to_decimal


class Unit(StrEnum):
    """How a number is written. A percentage is kept as a fraction: 10 % is 0.1."""

    PERCENT = "%"
    DOLLARS = "$"
    BASIS_POINTS = "bp"
    SECONDS = "s"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A convention of several."""

    name: str
    label: str
    options: Mapping[StrEnum, str]
    help: str = ""

    def problem(self, value: object) -> str:
        """Say what is wrong with a value, "" if nothing is."""
        known = [option.value for option in self.options]
        return "" if value in known else f"{self.name} should be one of {', '.join(known)}, was {value!r}."

    def words(self, value: Any) -> str:
        return self.options[value]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number between two bounds, `least` itself excluded where it is 0 and `may_be_least` is not set."""

    name: str
    label: str
    unit: Unit
    most: Decimal
    help: str = ""
    may_be_zero: bool = True
    is_whole: bool = False
    without: str = ""  # what it means not to have it; empty: it has to be there

    def problem(self, value: object) -> str:
        """Say what is wrong with a value as it is kept, "" if nothing is."""
        number = self.number(value)
        if number is None:
            if value is None and self.without:
                return ""
            kind = "a whole number" if self.is_whole else "a number"
            return f"{self.name} should be {kind}{' or null' if self.without else ''}, was {value!r}."
        if self.fits(number):
            return ""
        return f"{self.name} should be {self.range(self.most)}, was {value}."

    def number(self, value: object) -> Decimal | None:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            return None
        if self.is_whole and not isinstance(value, int):
            return None
        try:
            return to_decimal(value)
        except ValueError:
            return None

    def fits(self, number: Decimal) -> bool:
        return (number >= 0 if self.may_be_zero else number > 0) and number <= self.most

    def range(self, most: Decimal) -> str:
        return f"{'0 or above' if self.may_be_zero else 'above 0'} and at most {most:f}"

    def words(self, value: Any) -> str:
        if value is None:
            return self.without
        number = Decimal(value)
        if self.unit is Unit.PERCENT:
            return f"{plain(number * 100)} %"
        return f"${plain(number)}" if self.unit is Unit.DOLLARS else f"{plain(number)} {self.unit}".strip()


Setting = Choice | Amount


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
