"""The kinds of rules as they are offered to people: by category, each with a sentence that shows what it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from core.errors import Forbidden
from rules.kinds import KINDS
from rules.kinds.base import Kind, Need
from rules.models import Category, Verb
from rules.needs import WORDS
from rules.param_fields import first_values
from rules.param_problems import params_read


class KindCard(NamedTuple):
    name: str
    title: str
    sentence: str  # with the first example of each parameter
    verbs: Sequence[str]
    needs: Sequence[str]  # data that not every market has


class KindGroup(NamedTuple):
    category: str
    cards: list[KindCard]


def kind_get(name: str) -> Kind[Any]:
    """Raises Forbidden for a kind that doesn't exist, like any other absent thing."""
    try:
        return KINDS[name]
    except KeyError:
        raise Forbidden from None


def kind_groups() -> list[KindGroup]:
    """Every kind by category."""
    order = list(Category.values)
    kinds = sorted(KINDS.values(), key=lambda kind: (order.index(kind.category), kind.title))
    return [
        KindGroup(Category(category).label, [card_of(kind) for kind in found])
        for category, found in groupby(kinds, key=lambda kind: kind.category)
    ]


def card_of(kind: Kind[Any]) -> KindCard:
    params, _ = params_read(kind.params, first_values(kind.params))
    return KindCard(
        name=kind.name,
        title=kind.title,
        sentence="" if params is None else kind.says(params),
        verbs=[Verb(verb).label for verb in kind.verbs],
        needs=[WORDS[Need(need)] for need in sorted(kind.needs)],
    )
