"""Statements as they reach the database: nobody reads, changes, takes or plants a row of somebody else's, in any table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, models, transaction

from agents.report.services import run_share
from agents.tests.factories import finished_run
from agents.tests.test_strangers import own_values
from chat.tests.factories import PROPOSAL, exchange, with_tool
from core.models import OwnedModel
from core.rls import acting_as
from profiles.services import profile_update
from profiles.tokens.services import token_create

pytestmark = pytest.mark.django_db

OWNED = [
    model
    for model in apps.get_models()
    if issubclass(model, OwnedModel) and model._meta.db_table[-5:] != "point"
]
FEWEST = 20  # tables that have rows in this world


def table_of(model: type[models.Model]) -> str:
    return model._meta.db_table


def world(user: User) -> None:
    run = finished_run(user, steps=30)
    own_values(run)
    exchange(user, "Why?", subject=f"run:{run.pk}", said=[PROPOSAL, *with_tool()])
    token_create(user, name="notebook")
    run_share(user, run.pk)
    profile_update(user, timezone="Europe/Berlin")


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def touched(statement: str) -> int:
    """Rows that a statement changes; none where it isn't even allowed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.rowcount)
    except ProgrammingError as error:
        if "permission denied" not in str(error) and "append-only" not in str(error):
            raise
        return 0


def row_of(table: str, user: User) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE user_id = %s LIMIT 1", [user.pk])
        return (cursor.fetchone() or [None])[0]


@pytest.fixture
def rows(alice: User) -> dict[str, Any]:
    """A row of alice's from each table that has any."""
    world(alice)
    found = {table_of(model): row_of(table_of(model), alice) for model in OWNED}
    return {table: row for table, row in found.items() if row}


def test_others_rows_are_neither_seen_nor_changed_nor_taken(
    rows: dict[str, Any], charlie: User, app_role: None
) -> None:
    assert len(rows) >= FEWEST
    with acting_as(charlie.pk):
        for table in rows:
            assert counted(table) == 0, table
            assert touched(f"UPDATE {table} SET user_id = user_id") == 0, table
            assert touched(f"DELETE FROM {table}") == 0, table
    with acting_as(None):
        assert {table: counted(table) for table in rows} == dict.fromkeys(rows, 0)


def test_no_row_is_planted_among_others(rows: dict[str, Any], charlie: User, app_role: None) -> None:
    """The row's own number is changed, so that nothing but its owner stands in the way."""
    with acting_as(charlie.pk):
        for table in rows:
            with (
                pytest.raises(ProgrammingError, match="row-level security"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(
                    f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table},"
                    " %s::jsonb || '{\"id\": 987654321}')).*",
                    [as_json(rows[table])],
                )


def as_json(row: Any) -> str:
    return row if isinstance(row, str) else json.dumps(row)


def test_no_role_that_serves_users_empties_a_table(app_role: None) -> None:
    for model in OWNED:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            touched_all(table_of(model))


def touched_all(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
