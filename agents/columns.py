"""What the list of Models says of what they have cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Sum

from profiles import columns
from profiles.columns import Column
from reasoning.calls.models import LLMUsage


class Cost(NamedTuple):
    """Dollars for language models over all runs of a Model; calls without a known price are told apart."""

    dollars: Decimal
    unpriced_calls: int


def register() -> None:
    columns.register(Column("cost", "LLM cost", 40, costs, "agents/_column_cost.html", is_number=True))


def costs(user: User, model_ids: Sequence[int]) -> Mapping[int, Cost]:
    used = LLMUsage.objects.owned_by(user).filter(run__model_id__in=model_ids).order_by()
    sums = used.values("run__model_id").annotate(dollars=Sum("cost"), unpriced=Sum("unpriced_calls"))
    return {row["run__model_id"]: Cost(row["dollars"], row["unpriced"]) for row in sums}
