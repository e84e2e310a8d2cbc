"""Typed filters of a list of runs. The address holds them, so a list can be kept, sent and gone back to.

`?f=return:min:1&f=state:is:completed&match=any`: each `f` is field, test, value; `match` says whether all of them must
hold (the default) or any. Shares are in percent, as people type them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest

from core.errors import UserError
from market.symbols import symbol_normalise
from runs.models import Run, RunState

MOST_FILTERS = 12
LONGEST_VALUE = 100
TOTAL_RETURN = Cast(F("equity"), FloatField()) / Cast(F("initial_cash"), FloatField()) - 1

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field's value is: how it is read, and the tests it allows, each a lookup."""

    read: Read
    tests: Mapping[str, str]
    wanted: str  # said when a value can't be read


def number(text: str) -> float:
    return float(Decimal(text.replace(",", "").removesuffix("%").strip()))


def percent(text: str) -> float:
    return number(text) / 100


def word(text: str) -> str:
    return text.strip()


NUMBER = Kind(number, {"min": "gte", "max": "lte", "is": "exact"}, "a number such as 12")
PERCENT = Kind(percent, {"min": "gte", "max": "lte"}, "a percentage such as 1.5")
DAY = Kind(date.fromisoformat, {"from": "gte", "until": "lte", "is": "exact"}, "a day such as 2026-03-10")
TEXT = Kind(word, {"has": "icontains"}, "some words")
CHOICE = Kind(word, {"is": "exact", "not": "exact"}, "one of the names")
TAG = Kind(lambda text: [text.strip().lower()], {"is": "contains", "not": "contains"}, "a tag")
SYMBOL = Kind(lambda text: [symbol_normalise(text)], {"is": "contains", "not": "contains"}, "a symbol")

TEST_WORDS = {
    "min": "at least",
    "max": "at most",
    "is": "is",
    "not": "is not",
    "has": "has",
    "from": "from",
    "until": "until",
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: Kind
    lookup: str
    unit: str = ""


FIELDS = {
    field.name: field
    for field in (
        Field("return", "Return", PERCENT, "total_return_now", "%"),
        Field("benchmark", "Buy and hold", PERCENT, "statistics__benchmark_return", "%"),
        Field("drawdown", "Drawdown", PERCENT, "statistics__max_drawdown", "%"),
        Field("win_rate", "Win rate", PERCENT, "statistics__win_rate", "%"),
        Field("trips", "Round trips", NUMBER, "statistics__round_trips"),
        Field("orders", "Orders", NUMBER, "order_count"),
        Field("denied", "Denied", NUMBER, "denial_count"),
        Field("failed", "Steps without an answer", NUMBER, "failed_count"),
        Field("steps", "Steps", NUMBER, "cursor"),
        Field("state", "State", CHOICE, "state"),
        Field("decider", "Decides", CHOICE, "decider"),
        Field("symbol", "Symbol", SYMBOL, "symbols"),
        Field("day", "Day", DAY, "date_from"),
        Field("model", "Model's name", TEXT, "model__name"),
        Field("title", "Title", TEXT, "title"),
        Field("notes", "Notes", TEXT, "notes"),
        Field("tag", "Tag", TAG, "tags"),
    )
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One test, as it was written and as it is asked."""

    field: Field
    test: str
    text: str
    query: Q

    @property
    def words(self) -> str:
        unit = f" {self.field.unit}" if self.field.unit and not self.text.endswith("%") else ""
        return f"{self.field.label} {TEST_WORDS[self.test]} {self.text}{unit}"

    @property
    def code(self) -> str:
        return f"{self.field.name}:{self.test}:{self.text}"


@dataclass(frozen=True, slots=True)
class Filters:
    found: Sequence[Filter]
    is_any: bool

    def narrowed(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        runs = runs.annotate(total_return_now=TOTAL_RETURN)
        if not self.found:
            return runs
        return runs.filter(reduce(or_ if self.is_any else and_, (one.query for one in self.found)))


def filters_in(request: HttpRequest) -> Filters:
    """Read the filters of an address. Raises UserError for one that makes no sense, saying what would."""
    codes = [code for code in request.GET.getlist("f") if code.strip()]
    # The form sends the parts of one more apart.
    new = [request.GET.get(name, "").strip() for name in ("field", "test", "value")]
    if new[2]:
        codes.append(":".join(new))
    if len(codes) > MOST_FILTERS:
        raise UserError(f"A list takes at most {MOST_FILTERS} filters, found {len(codes)}.")
    return Filters([filter_read(code) for code in dict.fromkeys(codes)], request.GET.get("match") == "any")


def filter_read(code: str) -> Filter:
    name, test, text = [part.strip() for part in [*code.replace("\0", "").split(":", 2), "", ""][:3]]
    field = FIELDS.get(name)
    if field is None:
        raise refusal(f"Runs can be filtered by {', '.join(FIELDS)}, found {name[:40]!r}.")
    if test not in field.kind.tests:
        raise refusal(f"{field.label} can be tested by {', '.join(field.kind.tests)}, found {test[:40]!r}.")
    try:
        value = field.kind.read(text[:LONGEST_VALUE])
    except (ValueError, InvalidOperation, UserError):
        raise refusal(f"{field.label} wants {field.kind.wanted}, found {text[:40]!r}.") from None
    if not text or value != value:
        raise refusal(f"{field.label} wants {field.kind.wanted}, found {text[:40]!r}.")
    if name == "state" and text not in RunState.values:
        raise refusal(f"State should be one of {', '.join(RunState.values)}, found {text[:40]!r}.")
    query = Q(**{f"{field.lookup}__{field.kind.tests[test]}": value})
    return Filter(field, test, text, ~query if test == "not" else query)


def refusal(message: str) -> UserError:
    return UserError(message, fields={"f": message})
