"""Whatever a tool does, it can't write, can't take for ever, and reads as whoever asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import InternalError, connection

from agents.tools.base import Arguments, Asking, Tool
from agents.tools.payload import Payload, Row, Unit, series_of, table_of
from agents.tools.registry import TOOLS
from agents.tools.tests.scene import fact, used
from agents.tools.use import tool_use
from core.rls import acting_as, current_actor
from profiles.models import TradingModel
from runs.models import Run
from runs.tests.factories import OPEN, step_end


def tool_of(find: Any, seconds: int = 10) -> Tool[Arguments]:
    return Tool("made_up", "For this test.", Arguments, find, seconds)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(find: Any, seconds: int = 10) -> None:
        monkeypatch.setitem(TOOLS, "made_up", tool_of(find, seconds))

    return put


def test_a_tool_that_writes_is_stopped_by_the_database(alice: User, losing_run: Run, made_up: Any) -> None:
    def write(asking: Asking, wanted: Arguments) -> Payload:
        TradingModel.objects.owned_by(asking.user).update(name="Mine now")
        return Payload(title="Written")

    made_up(write)
    with pytest.raises(InternalError, match="read-only transaction"):
        tool_use(Asking(alice), "made_up", "{}")
    losing_run.model.refresh_from_db()
    assert losing_run.model.name == "Scripted"


def test_a_statement_that_takes_too_long_is_ended(alice: User, made_up: Any) -> None:
    def sleep(asking: Asking, wanted: Arguments) -> Payload:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return Payload(title="Slept")

    made_up(sleep, 1)
    assert "took longer than 1 s" in (tool_use(Asking(alice), "made_up", "{}").error or "")
    with connection.cursor() as cursor:  # the limit ends with the tool
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("1s",)


def test_a_tool_reads_as_the_asking_user_even_without_a_filter(
    alice: User, charlie: User, losing_run: Run, made_up: Any, app_role: None
) -> None:
    def everything(asking: Asking, wanted: Arguments) -> Payload:
        return Payload(title=f"{Run.objects.count()} runs for {current_actor()}")

    made_up(everything)
    titles = [tool_use(Asking(user), "made_up", "{}").payload for user in (alice, charlie)]
    assert [found.title if found else "" for found in titles] == [
        f"1 runs for {alice.pk}",
        f"0 runs for {charlie.pk}",
    ]


def test_whoever_acted_before_acts_after(alice: User, charlie: User, losing_run: Run) -> None:
    with acting_as(charlie.pk):
        tool_use(Asking(alice), "analyze_trades", "{}")
        assert current_actor() == charlie.pk


@pytest.mark.parametrize(
    "name", ["delete_run", "run_start", "../analyze_trades", "", "analyze_trades ", "__init__", "A" * 9999]
)
def test_a_forged_name_is_refused(alice: User, name: str) -> None:
    found = tool_use(Asking(alice), name, "{}")
    assert found.payload is None
    assert len(found.error or "") < 600
    assert "There is no tool" in (found.error or "")


def test_the_conversations_run_is_meant_unless_another_is_named(alice: User, losing_run: Run) -> None:
    assert fact(used(alice, "analyze_trades", run=losing_run), "run_id") == losing_run.pk
    assert fact(used(alice, "analyze_trades", model=losing_run.model), "run_id") == losing_run.pk
    assert fact(used(alice, "analyze_trades"), "run_id") == losing_run.pk
    assert fact(used(alice, "analyze_trades", run_number=losing_run.number), "run_id") == losing_run.pk


def test_a_conversation_about_a_foreign_run_reads_nothing(charlie: User, losing_run: Run) -> None:
    foreign = Asking(charlie, losing_run.model_id, losing_run.pk)
    errors = {
        name: tool_use(foreign, name, json.dumps({"step": 2} if name == "get_decision" else {}))
        for name in OF_SCOPE
    }
    assert {found.error for found in errors.values()} == {
        "You don't have access to this, or it doesn't exist."
    }


OF_SCOPE = [name for name in TOOLS if name not in ("explain_feature", "what_if", "compare_runs")]


def test_every_tool_describes_itself_as_a_strict_schema() -> None:
    for tool in TOOLS.values():
        schema = tool.schema
        assert schema["additionalProperties"] is False
        assert tool.description.endswith(".")
        assert "title" not in schema


def test_rows_beyond_the_limit_are_counted() -> None:
    found = table_of("Many", [("n", "N", Unit.COUNT)], (Row(values=[number]) for number in range(1000)))
    assert (len(found.rows), found.total) == (200, 1000)


def test_a_long_line_keeps_its_ends() -> None:
    times = [step_end(step) for step in range(5000)]
    line = series_of("Long", Unit.MONEY, times, [float(step) for step in range(5000)])
    assert (len(line.points), line.points[0], line.points[-1]) == (500, (OPEN, 0.0), (times[-1], 4999.0))
