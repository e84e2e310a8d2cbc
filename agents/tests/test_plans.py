"""No page of a large account reads a large table from end to end: an index leads to every row that is shown."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.tests.factories import finished_run
from runs.filters import Filters
from runs.selectors import runs_of_user
from runs.sorting import sorted_runs

pytestmark = pytest.mark.django_db

LARGE = (
    "runs_run",
    "runs_runevent",
    "runs_runstatistics",
    "reasoning_entry",
    "reasoning_llmcall",
    "broker_order",
    "broker_fill",
    "broker_roundtrip",
    "broker_equitysegment",
    "market_bar",
)
FULL_SCAN = re.compile(rf"Seq Scan on ({'|'.join(LARGE)})\b")
RUN = "/models/{model}/r/1/"
ADDRESSES = [
    "/models/",
    "/models/{model}/",
    "/runs/",
    "/runs/?page=2",
    "/runs/?sort=-return",
    "/runs/?sort=drawdown",
    "/runs/?f=return:min:2&f=state:is:completed",
    "/runs/?f=tag:is:baseline&f=drawdown:max:1&match=any",
    RUN,
    f"{RUN}?tab=decisions&outcome=ordered",
    f"{RUN}?tab=decisions&q=average",
    f"{RUN}?tab=decisions&step=20",
    f"{RUN}?tab=orders",
    f"{RUN}?tab=round-trips",
    f"{RUN}?tab=equity",
    f"{RUN}?tab=events",
    f"{RUN}?tab=notices",
    f"{RUN}?tab=statistics",
    f"{RUN}?tab=verdicts",
    f"{RUN}?tab=calls",
    f"{RUN}?tab=luck",
    f"{RUN}?tab=what-if",
    f"{RUN}report/",
    "/portfolio/",
    "/compare/?runs={run}&choose=1",
    "/api/v1/runs/",
    "/api/v1/runs/{run}/decisions/",
    "/api/v1/runs/{run}/events/?after=1",
    "/api/v1/runs/{run}/fills/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_query_of_a_page_finds_its_rows_by_an_index(
    alice: User, alice_client: Client, address: str
) -> None:
    run = finished_run(alice, steps=60)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert alice_client.get(address.format(model=run.model_id, run=run.pk)).status_code == 200
    reads = [
        query["sql"] for query in seen if query["sql"].lstrip("( ").upper().startswith(("SELECT", "WITH"))
    ]
    assert len(reads) >= 3
    with connection.cursor() as cursor:
        # Tables of a test are so small that reading them whole is rightly the plan, unless it is ruled out.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in reads:
            cursor.execute(f"EXPLAIN (GENERIC_PLAN) {sql}")  # some bind their values on the server: $1
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not FULL_SCAN.search(plan), f"{sql}\n{plan}"


def test_the_newest_runs_are_read_off_an_index_and_not_sorted(alice: User) -> None:
    run = finished_run(alice, steps=30)
    newest = sorted_runs(Filters((), is_any=False).narrowed(runs_of_user(run.user)), "-started")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # a handful of rows is as cheaply sorted
    plan = newest.values_list("pk", flat=True)[:50].explain()
    assert "Index Only Scan using run_listed_pinned_then_newest" in plan
    assert "Sort" not in plan
