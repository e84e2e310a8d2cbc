"""The rest of a commit that goes ahead, and what is computed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from psycopg.pq import TransactionStatus

from core.rls import committing_as
from core.together import rest_ahead, together, write
from profiles.models import TradingModel

RENAME = "UPDATE profiles_tradingmodel SET name = %s WHERE id = %s"


@pytest.fixture
def alice(transactional_db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def model(alice: User) -> TradingModel:
    return TradingModel.objects.create(user=alice, name="before", slug="before")


def seen_by_others(model: TradingModel) -> str:
    """The name as another connection finds it, once nobody holds the row."""
    database = connection.settings_dict
    with psycopg.connect(
        dbname=database["NAME"],
        user=database["USER"],
        password=database["PASSWORD"],
        host=database["HOST"],
        port=database["PORT"] or None,
    ) as other:
        row = other.execute(
            "SELECT name FROM profiles_tradingmodel WHERE id = %s FOR UPDATE", [model.pk]
        ).fetchone()
    assert row is not None
    return str(row[0])


def failing(work: Callable[[], None], error: type[Exception]) -> None:
    with pytest.raises(error):
        work()


def test_it_is_stored_while_the_block_still_computes(alice: User, model: TradingModel) -> None:
    told: list[str] = []
    with committing_as(alice.pk):
        write(RENAME, ["after", model.pk])
        transaction.on_commit(lambda: told.append("committed"))
        rest_ahead()
        assert seen_by_others(model) == "after"
        assert told == [], "nobody is told before it is known"
    assert told == ["committed"]
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE
    with committing_as(alice.pk):
        write(RENAME, ["later", model.pk])
    assert seen_by_others(model) == "later"


def test_nothing_can_be_read_or_written_behind_it(alice: User, model: TradingModel) -> None:
    def read() -> None:
        with committing_as(alice.pk):
            write(RENAME, ["after", model.pk])
            rest_ahead()
            TradingModel.objects.get()

    def add() -> None:
        with committing_as(alice.pk):
            rest_ahead()
            write(RENAME, ["late", model.pk])

    failing(read, RuntimeError)
    failing(add, RuntimeError)
    assert seen_by_others(model) == "after"


def test_what_failed_is_told_by_the_end_and_leaves_nothing(alice: User, model: TradingModel) -> None:
    told: list[str] = []

    def fail(column: str, value: object) -> None:
        with committing_as(alice.pk):
            write(RENAME, ["after", model.pk])
            transaction.on_commit(lambda: told.append("committed"))
            write(f"UPDATE profiles_tradingmodel SET {column} = %s WHERE id = %s", [value, model.pk])
            rest_ahead()

    failing(lambda: fail("slug", None), IntegrityError)  # refused at once
    failing(lambda: fail("user_id", 0), IntegrityError)  # refused by the COMMIT
    assert (told, seen_by_others(model)) == ([], "before")


def test_what_is_raised_meanwhile_undoes_nothing(alice: User, model: TradingModel) -> None:
    def fail() -> None:
        with committing_as(alice.pk):
            write(RENAME, ["after", model.pk])
            rest_ahead()
            raise LookupError

    failing(fail, LookupError)
    assert seen_by_others(model) == "after"
    assert TradingModel.objects.get().name == "after"


def test_within_a_larger_transaction_nothing_is_committed(alice: User, model: TradingModel) -> None:
    with transaction.atomic():
        with together():
            write(RENAME, ["after", model.pk])
            rest_ahead()
        assert TradingModel.objects.get().name == "after"
        transaction.set_rollback(True)
    assert seen_by_others(model) == "before"


def test_a_result_that_somebody_wants_is_waited_for(alice: User, model: TradingModel) -> None:
    found: list[str] = []
    with committing_as(alice.pk):
        write(
            f"{RENAME} RETURNING slug",
            ["after", model.pk],
            lambda cursor: found.append(cursor.fetchone()[0]),
        )
        rest_ahead()
        assert found == ["before"]
    assert seen_by_others(model) == "after"


def test_alone_there_is_nothing_to_send_ahead(model: TradingModel) -> None:
    failing(rest_ahead, RuntimeError)
