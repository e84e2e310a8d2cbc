"""What the broker had to say in a run: dividends, splits, fees for borrowed shares, margin calls, refused cancels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from reasoning.models import Entry, EntryKind
from runs.models import Run


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice. `amount` is dollars that came or, below 0, went; of a margin call what is lacking."""

    step: int
    at: datetime
    code: str
    message: str
    amount: Decimal | None


def noticed(run: Run) -> QuerySet[Entry]:
    """The decisions of an accessed run at which the broker had something to say."""
    return Entry.objects.filter(run=run, kind=EntryKind.DECISION).exclude(notices=[]).order_by("seq")


def notice_rows(entries: Iterable[Entry]) -> list[NoticeRow]:
    """Every notice of these entries, in their order."""
    return [
        NoticeRow(
            entry.step,
            entry.simulated_at,
            notice["code"],
            notice["message"],
            Decimal(notice["amount"] or 0) or None,
        )
        for entry in entries
        for notice in entry.notices
    ]


def shares_moved(run: Run, step: int) -> dict[str, int]:
    """Shares by symbol that came or went without a trade up to a step, such as by a split."""
    moved: dict[str, int] = {}
    for notices in noticed(run).filter(step__lte=step).values_list("notices", flat=True):
        for notice in notices:
            moved[notice["symbol"]] = moved.get(notice["symbol"], 0) + notice.get("shares", 0)
    return moved
