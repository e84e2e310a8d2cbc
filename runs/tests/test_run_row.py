"""Rows of a run belong to the run's own user, by a key of both together."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from broker.models import Position
from core.bulk import rows_insert
from runs.run_row import RunRow
from runs.tests.factories import run_make


def tables() -> list[str]:
    return sorted(model._meta.db_table for model in RunRow.__subclasses__())


@pytest.mark.django_db
def test_every_table_of_a_run_is_tied_to_run_and_user() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' "
            "AND pg_get_constraintdef(oid) LIKE 'FOREIGN KEY (run_id, user_id) REFERENCES runs_run(id, user_id)%'"
        )
        tied = sorted(row[0] for row in cursor.fetchall())
    assert tied == tables()
    assert len(tied) == 7


def test_a_row_of_somebody_elses_run_is_refused(alice: User, charlie: User) -> None:
    run = run_make(alice)

    def plant() -> None:
        rows_insert([Position(user=charlie, run=run, symbol="SPY", quantity=1, average_price=1)])
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="tietorun"):
        plant()


def test_a_row_without_its_run_is_refused(alice: User) -> None:
    def plant() -> None:
        rows_insert([Position(user=alice, run_id=0, symbol="SPY", quantity=1, average_price=1)])
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="tietorun"):
        plant()


def test_the_rows_of_a_user_who_goes_away_go_with_the_runs(alice: User, charlie: User) -> None:
    for user in (alice, charlie):
        run = run_make(user)
        rows_insert([Position(user=user, run=run, symbol="SPY", quantity=1, average_price=1)])
    alice.delete()
    connection.check_constraints()
    assert [row.user for row in Position.objects.all()] == [charlie]
