"""Tables of a run that can be taken away. A room registers its own; the run's pages and the API offer them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from core.errors import Forbidden


class Kind(StrEnum):
    """What stands in a column; every writer knows each of them."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    DECIMAL = "decimal"
    FLAG = "flag"
    TIME = "time"
    JSON = "json"


class Column(NamedTuple):
    name: str
    kind: Kind
    value: Callable[[Any], Any]


Narrow = Callable[[Any, HttpRequest | Request], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Export:
    """Rows of a run as columns. `rows(run, request)` obeys the same query as the page that shows them.

    `by` names a field that ascends without ties, so that rows can be read in parts.
    """

    key: str
    title: str
    order: int
    by: str
    columns: tuple[Column, ...]
    rows: Narrow
    at_once: int = 2000  # rows in a part


_exports: dict[str, Export] = {}


def register(export: Export) -> None:
    """Offer a table; called once, when its room is ready."""
    _exports[export.key] = export


def exports_all() -> list[Export]:
    return sorted(_exports.values(), key=lambda export: export.order)


def export_get(key: str) -> Export:
    """Raises Forbidden for a table that doesn't exist, like any other absent thing."""
    try:
        return _exports[key]
    except KeyError:
        raise Forbidden from None


def columns_of(model: type[models.Model], *names: str, **derived: Column) -> tuple[Column, ...]:
    """Columns of a table by the names of its fields; `derived` ones stand where their names are given."""
    return tuple(derived.get(name) or column_of(model, name) for name in names)


def column_of(model: type[models.Model], name: str) -> Column:
    return Column(name, kind_of(model._meta.get_field(name)), attrgetter(name))


def kind_of(field: Any) -> Kind:
    for kind, types in KINDS.items():
        if isinstance(field, types):
            return kind
    raise TypeError(f"No column can be made of {field!r}")


KINDS: dict[Kind, tuple[type[Any], ...]] = {
    Kind.DECIMAL: (models.DecimalField,),
    Kind.NUMBER: (models.FloatField,),
    Kind.FLAG: (models.BooleanField,),
    Kind.WHOLE: (models.IntegerField,),
    Kind.TIME: (models.DateTimeField,),
    Kind.JSON: (models.JSONField,),
    Kind.TEXT: (models.CharField, models.TextField, models.UUIDField),
}
