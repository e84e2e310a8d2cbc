"""Columns that rooms above add to the list of Models, such as the last run and its return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Column:
    """`facts` reads for all listed Models at once, by id; `template` shows one cell from `fact` and `model`."""

    key: str
    title: str
    order: int
    facts: Callable[[User, Sequence[int]], Mapping[int, Any]]
    template: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    fact: Any


_columns: dict[str, Column] = {}


def register(column: Column) -> None:
    """Add a column; called once, when its room is ready."""
    _columns[column.key] = column


def columns() -> list[Column]:
    return sorted(_columns.values(), key=lambda column: column.order)


def cells(user: User, model_ids: Iterable[int]) -> dict[int, list[Cell]]:
    """The added cells of each Model; one read for all columns of the same facts, however many Models there are."""
    ids = list(model_ids)
    reads = {column.facts for column in columns()} if ids else set()
    facts = {read: read(user, ids) for read in reads}
    return {
        model_id: [Cell(column, facts[column.facts].get(model_id)) for column in columns()]
        for model_id in ids
    }
