"""Many rows cross as columns; what they say stays what it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from psycopg.pq import TransactionStatus

from conftest import as_app_role
from core.bulk import FEWEST_TO_SPREAD, Rows, rows_insert, spelled
from core.rls import acting_as, committing_as
from reasoning.models import Entry
from runs.models import Run, RunEvent
from runs.tests.factories import run_make

AT = datetime(2024, 1, 2, 15, 39, 0, 250_000, tzinfo=UTC)
NAMES = (
    "user_id",
    "run_id",
    "seq",
    "kind",
    "step",
    "simulated_at",
    "content",
    "confidence",
    "intents",
    "hash",
)
CONTENTS = [
    'a "quote"',
    "a back\\slash",
    "two\nlines\tand a tab",
    "{braces}, commas",
    "NULL",
    "",
    "ünïcode €",
]
CONFIDENCES = [None, 0.1, 1e-7, 0.0]


@pytest.fixture
def run(alice: User) -> Run:
    return run_make(alice)


def entries(run: Run, count: int, **same: Any) -> list[tuple[Any, ...]]:
    rows = []
    for seq in range(1, count + 1):
        row = {
            "user_id": run.user_id,
            "run_id": run.pk,
            "seq": seq,
            "kind": "decision",
            "step": seq,
            "simulated_at": AT,
            "content": CONTENTS[seq % len(CONTENTS)],
            "confidence": CONFIDENCES[seq % len(CONFIDENCES)],
            "intents": f'[{{"tag": "{seq} \\\\ \\"x\\""}}]',
            "hash": "h",
        }
        rows.append(tuple((row | same)[name] for name in NAMES))
    return rows


def stored(run: Run) -> list[tuple[Any, ...]]:
    return list(Entry.objects.filter(run=run).order_by("seq").values_list(*NAMES[2:]))


@pytest.mark.parametrize("count", [3, FEWEST_TO_SPREAD, FEWEST_TO_SPREAD + 1])
def test_few_and_many_rows_are_stored_as_they_are(run: Run, count: int) -> None:
    rows_insert(Rows.named(Entry, NAMES + REST, [row + EMPTY for row in entries(run, count)]))
    wanted = [
        (
            seq,
            "decision",
            seq,
            AT,
            CONTENTS[seq % len(CONTENTS)],
            CONFIDENCES[seq % len(CONFIDENCES)],
            [{"tag": f'{seq} \\ "x"'}],
            "h",
        )
        for seq in range(1, count + 1)
    ]
    assert stored(run) == wanted


REST = (
    "written_at",
    "outcome",
    "failure_code",
    "verdicts",
    "order_numbers",
    "notices",
    "context",
    "prev_hash",
)
EMPTY = (AT, "", "", "[]", "[]", "[]", "{}", "")


def test_moments_keep_their_microseconds_and_their_zone(run: Run) -> None:
    first, zone = datetime(1950, 1, 1, tzinfo=UTC), ZoneInfo("America/New_York")
    # An odd number of microseconds apart, so that every fraction of a second comes.
    moments = [first + timedelta(microseconds=step * 4_900_000_000_033) for step in range(900)]
    assert moments[-1].year > 2085
    rows = [
        (*row[:5], at.astimezone(zone) if at.microsecond % 2 else at, *row[6:], *EMPTY)
        for row, at in zip(entries(run, len(moments)), moments, strict=True)
    ]
    rows_insert(Rows.named(Entry, NAMES + REST, rows))
    assert [row[3] for row in stored(run)] == moments


def test_a_column_of_zeros_keeps_its_signs(run: Run) -> None:
    rows = [
        (*row[:7], -0.0 if seq % 2 else 0.0, *row[8:], *EMPTY)
        for seq, row in enumerate(entries(run, FEWEST_TO_SPREAD))
    ]
    rows_insert(Rows.named(Entry, NAMES + REST, rows))
    found = [str(row[5]) for row in stored(run)]
    assert found == ["0.0", "-0.0"] * (FEWEST_TO_SPREAD // 2)


def test_many_rows_of_somebody_else_are_refused(run: Run, charlie: User) -> None:
    rows = Rows.named(Entry, NAMES + REST, [row + EMPTY for row in entries(run, FEWEST_TO_SPREAD)])
    with as_app_role(), pytest.raises(ProgrammingError, match="row-level security"), acting_as(charlie.pk):
        rows_insert(rows)


def test_a_text_that_no_database_holds_is_refused(run: Run) -> None:
    rows = [row + EMPTY for row in entries(run, FEWEST_TO_SPREAD, content="nothing \0 here")]
    with pytest.raises(DataError, match="NUL"), transaction.atomic():
        rows_insert(Rows.named(Entry, NAMES + REST, rows))


@pytest.mark.parametrize(
    ("column", "kind", "text"),
    [
        ((1, None, 3), "bigint", "{1,NULL,3}"),
        ((True, False), "boolean", "{True,False}"),
        (("a", None), "text", '{"a",NULL}'),
        (('"', "\\"), "text", '{"\\"","\\\\"}'),
        (("plain", "NULL"), "text", '{"plain","NULL"}'),
    ],
)
def test_columns_are_spelled_as_arrays(column: tuple[Any, ...], kind: str, text: str) -> None:
    assert spelled(column, kind) == text


@pytest.mark.django_db(transaction=True)
def test_what_goes_ahead_is_seen_by_whoever_reads_and_fails_where_it_is_waited_for() -> None:
    alice = User.objects.create_user("alice")
    run = run_make(alice)
    before = run.events.count()

    def events(first: int, **wrong: Any) -> list[RunEvent]:
        fields = {"user": alice, "run": run, "kind": "test", "at": run.created_at} | wrong
        return [RunEvent(seq=first + number, **fields) for number in range(250)]

    def fail() -> None:
        with committing_as(alice.pk):
            rows_insert(events(1_000))
            rows_insert(events(1_000))
            assert run.events.count() == before

    def orphans() -> None:
        with committing_as(alice.pk):
            rows_insert(events(1_000, run=Run(pk=0)))

    with committing_as(alice.pk):
        rows_insert(events(1_000))
        rows_insert(events(2_000))
        assert run.events.count() == before + 500
        rows_insert(events(3_000))
    assert run.events.count() == before + 750
    for broken in (fail, orphans):
        with pytest.raises(IntegrityError):
            broken()
        assert run.events.count() == before + 750
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE
