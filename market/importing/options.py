"""How a file of bars should be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import UserError
from market.columns import Timeframe
from market.importing.layouts import COLUMNS
from market.symbols import is_symbol, symbol_normalise


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`timeframe` None: told by the file. `zone`: of timestamps without an offset. `columns`: their name of ours.

    `symbol`: of a file without such a column; where there is one, rows of other symbols are refused.
    """

    timeframe: Timeframe | None = None
    zone: ZoneInfo | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    symbol: str = ""
    exchange: str = "XNYS"

    @classmethod
    def of(
        cls, *, timeframe: str = "auto", tz: str = "", columns: Iterable[str] = (), symbol: str = ""
    ) -> Self:
        """Make options of what a person typed; `columns` are `ours=theirs`. Raises UserError."""
        return cls(
            timeframe=_timeframe(timeframe),
            zone=_zone(tz) if tz else None,
            columns=dict(_column(pair) for pair in columns),
            symbol=_symbol(symbol) if symbol else "",
        )


def _timeframe(text: str) -> Timeframe | None:
    if text not in ("auto", *Timeframe):
        raise UserError(f"Timeframe should be one of auto, {', '.join(Timeframe)}, was {text!r}.")
    return None if text == "auto" else Timeframe(text)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(f"A time zone such as America/New_York or UTC is wanted, found {text!r}.") from None


def _column(pair: str) -> tuple[str, str]:
    ours, _, theirs = pair.partition("=")
    if ours not in COLUMNS or not theirs:
        raise UserError(
            f"A column is given as NAME=THEIRS with NAME one of {', '.join(COLUMNS)}, found {pair!r}."
        )
    return ours, theirs


def _symbol(text: str) -> str:
    symbol = symbol_normalise(text)
    if not is_symbol(symbol):
        raise UserError(f"A symbol has up to 16 letters, digits, dots and dashes, found {text!r}.")
    return symbol
