"""A fresh clone's first command finds its tables, whichever command it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tradelab.env import BASE_DIR
from tradelab.services import Lease
from tradelab.tables import fingerprint

COUNT = "from runs.models import Run; print('runs:', Run.objects.count())"


def count_runs(var_dir: Path) -> str:
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", COUNT]
    environment = {**os.environ, "VAR_DIR": str(var_dir), "ENV_FILE": str(var_dir / "no.env")}
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.slow
def test_tables_are_made_by_the_first_command_and_left_alone_by_the_next(
    var_dir: Path, attach: Callable[[Path], Lease]
) -> None:
    attach(var_dir)
    assert count_runs(var_dir).endswith("runs: 0\n")
    made = (var_dir / "tables").stat().st_mtime_ns
    assert (var_dir / "tables").read_text() == fingerprint(var_dir)
    assert count_runs(var_dir).endswith("runs: 0\n")
    assert (var_dir / "tables").stat().st_mtime_ns == made


@pytest.mark.slow
def test_tables_of_other_code_are_brought_up_to_date_and_a_failure_is_told(
    var_dir: Path, attach: Callable[[Path], Lease]
) -> None:
    lease = attach(var_dir)
    (var_dir / "tables").write_text("what other code made")
    with psycopg.connect(
        lease.addresses.migrate_database, autocommit=True
    ) as connection:  # it stands in the way
        connection.execute("CREATE TABLE runs_run (id integer)")
    told = count_runs(var_dir)
    assert "The tables could not be brought up to date" in told
    assert "runs:" not in told
    assert (var_dir / "tables").read_text() == "what other code made"
