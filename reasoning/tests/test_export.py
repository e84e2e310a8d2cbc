"""The log of a real run: stored, checked, exported, checked again."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from agents.foreground import session_run
from agents.tests.world import bars_make, model_make, request_make
from reasoning.export import log_lines, log_verify
from reasoning.logfile import file_verify
from reasoning.models import Entry
from runs.models import Run


@pytest.fixture
def run(alice: User) -> Run:
    bars_make()
    request = request_make(model_make(alice), "random", decider_params={"probability": 0.2})
    return session_run(alice, request, lambda run: None)


def change_row(sql: str, *params: int) -> None:
    """As somebody could who may do anything to the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reasoning_entry DISABLE TRIGGER append_only")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE reasoning_entry ENABLE TRIGGER append_only")


def test_a_finished_runs_log_is_whole(run: Run) -> None:
    found = log_verify(run)
    assert (found.is_whole, found.count) == (True, 390)
    assert (run.log_count, run.log_head) == (390, Entry.objects.get(run=run, seq=390).hash)


@pytest.mark.parametrize(
    ("sql", "broken_at", "words"),
    [
        (
            "UPDATE reasoning_entry SET content = 'I knew' WHERE run_id = %s AND seq = 17",
            17,
            "17 was changed",
        ),
        (
            "UPDATE reasoning_entry SET intents = jsonb_set(intents, '{0,quantity}', '1')"
            " WHERE id = (SELECT min(id) FROM reasoning_entry WHERE run_id = %s AND intents <> '[]')",
            None,
            "was changed",
        ),
        (
            "UPDATE reasoning_entry SET written_at = written_at - interval '1 day' WHERE run_id = %s AND seq = 9",
            9,
            "9 was changed",
        ),
        ("DELETE FROM reasoning_entry WHERE run_id = %s AND seq = 200", 200, "200 was removed"),
        ("DELETE FROM reasoning_entry WHERE run_id = %s AND seq > 388", 389, "389 to 390 are cut off"),
        ("UPDATE runs_run SET log_count = 389 WHERE id = %s", 390, "390 was added"),
        ("UPDATE runs_run SET data_hash = 'other' WHERE id = %s", 1, "origin was changed"),
        (
            "UPDATE runs_run SET snapshot = jsonb_set(snapshot, '{model,custom_rules}', '\"none\"') WHERE id = %s",
            0,
            "snapshot was changed",
        ),
    ],
)
def test_what_was_done_to_the_tables_is_found(run: Run, sql: str, broken_at: int | None, words: str) -> None:
    change_row(sql, run.pk)
    run.refresh_from_db()
    found = log_verify(run)
    assert words in found.problem
    assert found.broken_at == broken_at or broken_at is None


def test_the_export_is_checked_as_the_run_is(run: Run) -> None:
    lines = list(log_lines(run))
    header, found = file_verify(lines)
    assert (header["head"], found.count, found.is_whole) == (run.log_head, 390, True)
    assert (
        file_verify(lines[:-5])[1].problem
        == "Records 386 to 390 are cut off: the run counted 390, the log has 385."
    )


def said(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command("verify_run", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_the_command_checks_a_run_and_a_file(run: Run, tmp_path: Path) -> None:
    assert f"Run {run.pk}: 390 records, none changed, removed or cut off. Head {run.log_head}" in said(run.pk)
    file = tmp_path / "log.jsonl"
    with file.open("w") as out:
        call_command("export_run", str(run.pk), stdout=out)
    assert "390 records" in said(file=file)
    assert "390 records" in said(file=file, head=run.log_head)
    with pytest.raises(CommandError, match="not the one noted"):
        said(file=file, head="0" * 64)
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:300]))
    with pytest.raises(CommandError, match="Records 300 to 390 are cut off"):
        said(file=file)


def test_the_command_says_what_is_missing(alice: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no run with the id 987"):
        said(987)
    with pytest.raises(CommandError, match="No such file"):
        said(file=tmp_path / "nothing.jsonl")


def test_a_file_is_checked_without_a_query(
    run: Run, tmp_path: Path, django_assert_num_queries: Callable[..., object]
) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(log_lines(run)))
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        said(file=file)
