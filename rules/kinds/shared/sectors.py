"""Lists of sectors, in whatever case they are written."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from rules.kinds.base import RuleParams


def same(sector: str, other: str) -> bool:
    return sector.strip().casefold() == other.strip().casefold()


def _trimmed(values: tuple[str, ...]) -> tuple[str, ...]:
    names = {value.strip().casefold(): value.strip() for value in reversed(values)}
    if "" in names:
        raise ValueError("A sector should have at least one character")
    return tuple(reversed(names.values()))


class SectorParams(RuleParams):
    sectors: Annotated[tuple[Annotated[str, Field(max_length=60)], ...], AfterValidator(_trimmed)] = Field(
        min_length=1, max_length=30, description="As instruments name them", examples=[["Technology"]]
    )

    def hold(self, sector: str) -> bool:
        return any(same(sector, name) for name in self.sectors)
