"""Paging by a growing number instead of by position: rows that arrive meanwhile move nothing under the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from runs.query import number_in, query_with

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[M]):
    """Rows, newest first, and the addresses of the pages beside them."""

    rows: list[M]
    older_url: str | None
    newer_url: str | None
    is_newest: bool  # whether it shows what arrives


def keyset_page(
    request: HttpRequest, rows: QuerySet[M], field: str, size: int, *, start: int | None = None
) -> KeysetPage[M]:
    """The page that the query's `before` or `after` asks for; without either the one up to `start`, or the newest.

    One query.
    """
    before, after = number_in(request, "before"), number_in(request, "after")
    if before is None and after is None and start is not None:
        before = start + 1
    if after is not None:
        found = list(rows.filter(**{f"{field}__gt": after}).order_by(field)[: size + 1])
        shown, has_newer, has_older = found[:size][::-1], len(found) > size, True
    else:
        older = rows if before is None else rows.filter(**{f"{field}__lt": before})
        found = list(older.order_by(f"-{field}")[: size + 1])
        shown, has_newer, has_older = found[:size], before is not None, len(found) > size

    def number(row: M) -> Any:
        return getattr(row, field)

    return KeysetPage(
        rows=shown,
        older_url=query_with(request, before=number(shown[-1]), after=None) if has_older and shown else None,
        newer_url=query_with(request, after=number(shown[0]), before=None) if has_newer and shown else None,
        is_newest=before is None and after is None,
    )
