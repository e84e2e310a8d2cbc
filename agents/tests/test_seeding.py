"""Copies of a run for measuring: as many as wanted, each with its entries, and pages that bear them."""

from __future__ import annotations

import pytest

from agents.bench.pages import MOST_KILOBYTES, page_paces
from agents.bench.seeding import seed_runs
from agents.demo import demo_create
from reasoning.models import Entry
from runs.models import Run, RunStatistics

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_runs_are_copied_until_there_are_enough_and_their_pages_open() -> None:
    user = demo_create()
    assert list(seed_runs(user, 300, 3000)) == [250, 300]
    copies = Run.objects.filter(user=user, title__startswith="copy ")
    assert (copies.count(), len(set(copies.values_list("number", flat=True)))) == (300, 300)
    assert RunStatistics.objects.filter(run__in=copies).count() == 300
    assert Entry.objects.filter(run__in=copies).count() == 3000
    paces = page_paces(user, times=1)
    assert len(paces) > 40
    assert max(pace.kilobytes for pace in paces) < MOST_KILOBYTES
    assert max(pace.queries for pace in paces) < 30
