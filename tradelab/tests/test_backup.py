"""A backup is one moment of everything; restored into another, empty PostgreSQL, every log verifies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.llm.fake.server import serving
from agents.tests.world import bars_make, model_make, request_make
from profiles.llm.services import endpoint_create
from reasoning.models import Entry
from runs.models import Run
from tradelab.backup import restore as restoring
from tradelab.backup.manifest import contents_of, manifest_path
from tradelab.backup.restore import CannotRestore, backup_restore, logs_verify
from tradelab.backup.take import backup_take
from tradelab.env import BASE_DIR
from tradelab.services import Lease

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 20
Attach = Callable[[Path], Lease]


@pytest.fixture
def url(settings: Settings) -> str:
    """Of the test's database, as its owner; commands use it too."""
    parameters = connection.settings_dict
    settings.MIGRATE_DATABASE_URL = (
        f"postgresql://{parameters['USER']}@/{parameters['NAME']}?host={parameters['HOST']}"
    )
    return str(settings.MIGRATE_DATABASE_URL)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "tradelab.dump"


def world_make() -> None:
    """Two users, one of them with a run that asked a language model."""
    bars_make(left_out=range(STEPS, 390))
    alice, charlie = (User.objects.create_user(name) for name in ("alice", "charlie"))
    with serving() as server:
        endpoint_create(alice, name="Scripted", base_url=server.base_url, ai_models=["scripted"])
        session_run(alice, request_make(model_make(alice), "llm"), lambda run: None)
    session_run(charlie, request_make(model_make(charlie)), lambda run: None)


def manage(var_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in an installation of its own, with its own embedded services."""
    own = {
        name: text for name, text in os.environ.items() if not name.endswith(("DATABASE_URL", "REDIS_URL"))
    }
    environment = own | {"VAR_DIR": str(var_dir), "DATABASE_ROLE": ""}
    command = [sys.executable, str(BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_another_postgresql_is_filled_and_every_log_verifies(
    url: str, archive: Path, var_dir: Path, attach: Attach
) -> None:
    world_make()
    said = StringIO()
    call_command("backup", str(archive), stdout=said)
    assert f"2 users, 2 runs, {Entry.objects.count()} log records" in said.getvalue()
    assert archive.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in archive.parent.glob("tradelab.dump*")) == [
        "tradelab.dump",
        "tradelab.dump.json",
    ]

    done = manage(var_dir, "restore", str(archive))
    assert done.returncode == 0, done.stderr
    expected = f"2 runs: {Entry.objects.count()} log records, none changed, removed or cut off"
    assert expected in done.stdout
    assert "manage.py migrate" not in done.stdout, "the backup has all migrations"

    addresses = attach(var_dir).addresses
    check_safety_is_restored(addresses.database)
    check_rows_are_the_same(addresses.migrate_database)
    again = manage(var_dir, "restore", str(archive))
    assert again.returncode != 0
    assert "The database should be empty, found " in again.stderr


def check_safety_is_restored(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as served:
        assert served.execute("SELECT count(*) FROM runs_run").fetchone() == (0,), "nobody acts, nobody sees"
        for statement in ("UPDATE reasoning_entry SET step = 1", "DELETE FROM reasoning_entry"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                served.execute(statement)


def check_rows_are_the_same(url: str) -> None:
    with psycopg.connect(url) as restored, connection.cursor() as cursor:
        for table in ("runs_run", "broker_fill", "reasoning_entry", "reasoning_llmcall", "market_bar"):
            everything = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
            cursor.execute(everything)
            assert restored.execute(everything).fetchone() == cursor.fetchone(), table


def test_a_log_that_was_changed_is_found(url: str) -> None:
    world_make()
    entry = Entry.objects.order_by("pk").last()
    assert entry is not None
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reasoning_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE reasoning_entry SET step = step + 1 WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE reasoning_entry ENABLE TRIGGER USER")
    broken = [found.run_id for found in logs_verify() if found.problem]
    assert broken == [entry.run_id]


def test_what_is_written_while_a_backup_is_taken_is_in_it_whole_or_not_at_all(
    url: str, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_user("alice")

    def count_then_write(database: psycopg.Connection[object]) -> object:
        found = contents_of(database)
        User.objects.create_user("charlie")
        return found

    monkeypatch.setattr("tradelab.backup.take.contents_of", count_then_write)
    manifest = backup_take(url, archive)
    assert manifest.contents.rows["auth_user"] == 1
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE restored")
    try:
        other = url.replace(connection.settings_dict["NAME"], "restored")
        backup_restore(other, archive)
        assert restoring.contents_check(other, archive) == []
    finally:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("DROP DATABASE restored")


def test_a_database_that_holds_less_than_the_backup_is_told(url: str, archive: Path) -> None:
    User.objects.create_user("alice")
    backup_take(url, archive)
    User.objects.all().delete()
    assert restoring.contents_check(url, archive) == ["auth_user: 0 rows, the backup had 1"]


def test_tables_that_lost_a_guard_are_told(url: str, archive: Path) -> None:
    backup_take(url, archive)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("GRANT DELETE ON reasoning_entry TO tl_app")
        try:
            told = restoring.contents_check(url, archive)
        finally:
            owner.execute("REVOKE DELETE ON reasoning_entry FROM tl_app")
    assert told == ["the tables' privileges, policies or triggers are others than in the backup"]
    assert restoring.contents_check(url, archive) == []


def test_a_file_that_was_cut_off_is_refused_before_anything_happens(url: str, archive: Path) -> None:
    backup_take(url, archive)
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(CannotRestore, match="it was changed or cut off"):
        backup_restore(url, archive)


def test_a_backup_overwrites_nothing_and_a_failed_one_leaves_nothing(
    url: str, archive: Path, settings: Settings
) -> None:
    archive.write_text("precious")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(archive))
    archive.unlink()
    settings.MIGRATE_DATABASE_URL = url.replace("tl_owner", "nobody_hunter")
    with pytest.raises(CommandError, match="No backup was taken"):
        call_command("backup", str(archive))
    assert list(archive.parent.iterdir()) == []


def test_a_manifest_that_is_none_of_ours_is_refused(url: str, archive: Path) -> None:
    archive.touch()
    manifest_path(archive).write_text(json.dumps({"sha256": ""}))
    with pytest.raises(CommandError, match="should be what the backup command wrote"):
        call_command("restore", str(archive))


def test_a_run_keeps_its_numbers(url: str, archive: Path) -> None:
    """The counters behind ids go on where they were, so that no id is given twice."""
    world_make()
    newest = Run.objects.order_by("-pk").values_list("pk", flat=True)[0]
    backup_take(url, archive)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE restored")
    try:
        other = url.replace(connection.settings_dict["NAME"], "restored")
        backup_restore(other, archive)
        with psycopg.connect(other) as restored:
            assert restored.execute("SELECT nextval('runs_run_id_seq')").fetchone() == (newest + 1,)
    finally:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("DROP DATABASE restored")
