"""Paging by a growing number."""

from __future__ import annotations

from typing import cast

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from core.errors import UserError
from runs.keyset import KeysetPage, keyset_page
from runs.models import Run, RunEvent
from runs.tests.factories import run_make

SIZE = 10


@pytest.fixture
def run(alice: User) -> Run:
    run = run_make(alice)
    RunEvent.objects.filter(run=run).delete()
    RunEvent.objects.bulk_create(
        RunEvent(user=alice, run=run, seq=seq, kind="advanced") for seq in range(1, 26)
    )
    return run


def page(run: Run, query: str = "", start: int | None = None) -> KeysetPage[RunEvent]:
    request = RequestFactory().get(f"/somewhere/{query}")
    return keyset_page(request, RunEvent.objects.filter(run=run), "seq", SIZE, start=start)


def numbers(found: KeysetPage[RunEvent]) -> list[int]:
    return [event.seq for event in found.rows]


def test_the_newest_page_comes_first_and_leads_to_older_ones(run: Run) -> None:
    first = page(run)
    assert numbers(first) == list(range(25, 15, -1))
    assert (first.older_url, first.newer_url, first.is_newest) == ("?before=16", None, True)
    second = page(run, cast(str, first.older_url))
    assert numbers(second) == list(range(15, 5, -1))
    assert (second.older_url, second.newer_url, second.is_newest) == ("?before=6", "?after=15", False)
    last = page(run, cast(str, second.older_url))
    assert numbers(last) == [5, 4, 3, 2, 1]
    assert last.older_url is None


def test_newer_leads_back_to_where_one_came_from(run: Run) -> None:
    assert numbers(page(run, "?after=5")) == list(range(15, 5, -1))
    newest = page(run, "?after=15")
    assert numbers(newest) == list(range(25, 15, -1))
    assert newest.newer_url is None


def test_rows_that_arrive_meanwhile_move_nothing(run: Run) -> None:
    older = cast(str, page(run).older_url)
    before = numbers(page(run, older))
    RunEvent.objects.create(user=run.user, run=run, seq=26, kind="stopped")
    assert numbers(page(run, older)) == before


def test_the_rest_of_the_query_is_kept(run: Run) -> None:
    assert page(run, "?tab=events").older_url == "?tab=events&before=16"


def test_a_page_can_start_at_a_row(run: Run) -> None:
    found = page(run, start=12)
    assert numbers(found)[0] == 12
    assert found.newer_url == "?after=12"


def test_no_rows_make_an_empty_page_that_leads_nowhere(run: Run) -> None:
    RunEvent.objects.filter(run=run).delete()
    assert page(run) == KeysetPage(rows=[], older_url=None, newer_url=None, is_newest=True)


@pytest.mark.parametrize("value", ["x", "-1", "1e3", "²", "99999999999"])
def test_what_is_no_number_is_refused_in_words(run: Run, value: str) -> None:
    with pytest.raises(UserError, match="before should be a whole number"):
        page(run, f"?before={value}")
