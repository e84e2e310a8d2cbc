"""Writes that go out together, and rows stored without the ORM."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.pq import TransactionStatus

from conftest import as_app_role
from core.bulk import long_row_insert, row_insert, row_update, rows_insert, rows_upsert
from core.rls import acting_as, committing_as, current_actor
from core.together import together, write
from profiles.models import TradingModel
from runs.models import Run, RunEvent, RunStatistics
from runs.tests.factories import run_make

RENAME = "UPDATE profiles_tradingmodel SET name = %s WHERE id = %s"


@pytest.fixture
def model(alice: User) -> TradingModel:
    return TradingModel.objects.create(user=alice, name="before", slug="before")


def name_of(model: TradingModel) -> str:
    return str(TradingModel.objects.values_list("name", flat=True).get(pk=model.pk))


def test_alone_a_write_goes_out_at_once(model: TradingModel) -> None:
    write(RENAME, ["after", model.pk])
    assert name_of(model) == "after"


def test_the_writes_of_a_block_are_one_message(model: TradingModel) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as sent,
        together(),
    ):
        for name in ("one", "two", "100 % of it"):
            write(RENAME, [name, model.pk])
        assert len(sent) == 0
    assert len(sent) == 1
    assert name_of(model) == "100 % of it"


def test_what_is_read_in_a_block_sees_what_was_written_before(model: TradingModel) -> None:
    with CaptureQueriesContext(connection) as sent, together():
        write(RENAME, ["after", model.pk])
        assert name_of(model) == "after"
        write(RENAME, ["later", model.pk])
        assert [found.name for found in TradingModel.objects.filter(pk=model.pk).iterator()] == ["later"]
        write(RENAME, ["last", model.pk])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM profiles_tradingmodel"
            )  # without parameters, as savepoints are
            assert cursor.fetchone() == (1,)
        assert TradingModel.objects.filter(name="last").update(name="end") == 1, (
            "its own count, of its own rows"
        )
    assert len(sent) == 6


def test_a_block_inside_adds_to_the_one_around_it(model: TradingModel) -> None:
    with CaptureQueriesContext(connection) as sent, together():
        with together():
            write(RENAME, ["inner", model.pk])
        assert len(sent) == 0
        write(RENAME, ["outer", model.pk])
    assert len(sent) == 1
    assert name_of(model) == "outer"


def test_what_fails_takes_all_of_its_commit_with_it(model: TradingModel, alice: User) -> None:
    twin = TradingModel(user=alice, name="before", slug="before")

    def commit() -> None:
        with committing_as(alice.pk):
            write(RENAME, ["after", model.pk])
            rows_insert([twin])

    with pytest.raises(IntegrityError):
        commit()
    assert name_of(model) == "before"


def test_a_block_that_raises_sends_nothing(model: TradingModel) -> None:
    def fail() -> None:
        with together():
            write(RENAME, ["after", model.pk])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert name_of(model) == "before"
    write(RENAME, ["later", model.pk])
    assert name_of(model) == "later"


@pytest.mark.django_db(transaction=True)
def test_a_commit_acts_for_its_user_from_its_first_statement_on() -> None:
    alice, charlie = (User.objects.create_user(name) for name in ("alice", "charlie"))
    model = TradingModel.objects.create(user=alice, name="before", slug="before")
    planted = TradingModel(user=alice, name="planted", slug="planted")

    def plant() -> None:
        with committing_as(charlie.pk):
            rows_insert([planted])

    with as_app_role():
        with CaptureQueriesContext(connection) as sent, committing_as(charlie.pk):
            write(RENAME, ["stolen", model.pk])
        statements = [query["sql"] for query in sent.captured_queries]
        assert [sql.count("set_config") for sql in statements if sql not in ("BEGIN", "COMMIT")] == [1]
        with committing_as(alice.pk):
            assert current_actor() == alice.pk
            assert name_of(model) == "before"
        with pytest.raises(ProgrammingError, match="row-level security"):
            plant()


def test_a_commit_inside_another_gives_the_user_back(alice: User, charlie: User) -> None:
    with acting_as(alice.pk):
        with committing_as(charlie.pk):
            assert current_actor() == charlie.pk
        assert current_actor() == alice.pk


def test_rows_come_back_as_they_went(alice: User) -> None:
    run = run_make(alice)
    run.refresh_from_db()
    run.pk, run.number, run.idempotency_key = None, 7, "it's 100 % \\ {} ünï\n"
    run.equity, run.simulated_at = Decimal("-0.00000001"), datetime(2026, 3, 8, 2, 30, tzinfo=UTC)
    run.budget = {"cost": "0.10", "%s": None}
    run.state, run.steps_per_second, run.symbols = "running", 0.1, ["SPY", "BRK.B"]
    row_insert(run)
    found = Run.objects.get(number=7)
    assert found.pk == run.pk
    for field in Run._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(run, field.attname), field.name


def test_some_fields_of_a_row_are_stored_and_no_others(alice: User) -> None:
    run = run_make(alice)
    run.cursor, run.log_head, run.order_count = 5, "abc", 9
    row_update(run, ("cursor", "log_head"))
    found = Run.objects.get(pk=run.pk)
    assert (found.cursor, found.log_head, found.order_count) == (5, "abc", 0)


def test_a_row_that_is_there_changes_where_it_should(alice: User) -> None:
    run = run_make(alice)
    first = {"final_equity": Decimal(1), "values": {}, "computed_at": run.created_at}
    for as_of_step, trips in ((1, 1), (2, 2)):
        row = RunStatistics(user=alice, run=run, as_of_step=as_of_step, round_trips=trips, **first)
        rows_upsert([row], unique=["run_id"], changing=["as_of_step"])
    found = RunStatistics.objects.get(run=run)
    assert (found.as_of_step, found.round_trips) == (2, 1)
    rows_upsert([], unique=["run_id"], changing=["as_of_step"])


def test_a_row_that_is_there_twice_is_refused(alice: User) -> None:
    run = run_make(alice)
    twin = Run.objects.get(pk=run.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row_insert(twin)


@pytest.mark.django_db(transaction=True)
def test_a_commit_begins_and_ends_in_the_messages_of_its_statements() -> None:
    alice = User.objects.create_user("alice")
    model = TradingModel.objects.create(user=alice, name="before", slug="before")
    with CaptureQueriesContext(connection) as sent, committing_as(alice.pk):
        assert name_of(model) == "before"
        write(RENAME, ["after", model.pk])
    first, last = [query["sql"] for query in sent.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")]
    assert first.startswith("BEGIN; ")
    assert last.endswith("; COMMIT")
    assert not connection.in_atomic_block
    assert name_of(model) == "after"
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_at_its_end_says_so_and_leaves_nothing() -> None:
    alice = User.objects.create_user("alice")
    model = TradingModel.objects.create(user=alice, name="before", slug="before")
    told: list[str] = []

    def orphan() -> None:
        with committing_as(alice.pk):
            write(RENAME, ["after", model.pk])
            transaction.on_commit(lambda: told.append("committed"))
            # Its user is looked for when the transaction commits.
            write("UPDATE profiles_tradingmodel SET user_id = 0 WHERE id = %s", [model.pk])

    with pytest.raises(IntegrityError):
        orphan()
    assert (name_of(model), told) == ("before", [])
    with committing_as(alice.pk):
        write(RENAME, ["later", model.pk])
        transaction.on_commit(lambda: told.append("committed"))
        assert told == []
    assert (name_of(model), told) == ("later", ["committed"])


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_raises_is_undone_whether_anything_had_gone_out_or_not() -> None:
    alice = User.objects.create_user("alice")
    model = TradingModel.objects.create(user=alice, name="before", slug="before")

    def fail(*, looks: bool) -> None:
        with committing_as(alice.pk):
            write(RENAME, ["after", model.pk])
            if looks:
                assert name_of(model) == "after"
            raise RuntimeError

    for looks in (False, True):
        with pytest.raises(RuntimeError):
            fail(looks=looks)
        assert name_of(model) == "before"
    with acting_as(alice.pk), committing_as(alice.pk):
        write(RENAME, ["inside", model.pk])
    assert name_of(model) == "inside"


@pytest.mark.django_db(transaction=True)
def test_many_rows_and_long_ones_find_their_transaction_begun() -> None:
    alice = User.objects.create_user("alice")
    run = run_make(alice)
    before = run.events.count()

    def event(seq: int) -> RunEvent:
        return RunEvent(user=alice, run=run, seq=seq, kind="test", at=run.created_at)

    def fail() -> None:
        with committing_as(alice.pk):
            long_row_insert(event(999))
            raise RuntimeError

    with committing_as(alice.pk):
        rows_insert([event(100 + number) for number in range(250)])
    with committing_as(alice.pk):
        long_row_insert(event(500))
        assert run.events.count() == before + 251
    with pytest.raises(RuntimeError):
        fail()
    assert run.events.count() == before + 251


def test_a_row_gets_its_key_when_the_writes_of_its_block_go_out(alice: User) -> None:
    models = [model_of(alice, name) for name in ("one", "two")]
    with together():
        for model in models:
            row_insert(model)
        assert [model.pk for model in models] == [None, None]
    found = dict(TradingModel.objects.values_list("name", "pk"))
    assert {model.name: model.pk for model in models} == found


def model_of(user: User, name: str) -> TradingModel:
    """One that is not stored yet."""
    return TradingModel(
        user=user,
        name=name,
        slug=name.replace(" ", "-"),
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )
