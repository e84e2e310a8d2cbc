"""Real bars through a download: as many and the same as their file has, counted without any of our readers."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from market.downloads.tests.world import advance, started
from market.models import Bar


def test_a_real_day_arrives_as_its_file_has_it(shared_data: Path, settings: Any, alice: User) -> None:
    folder = shared_data / "minute_trades"
    files = sorted(folder.glob("*.csv"))
    if not files:
        pytest.skip("no minute bars are here")
    settings.FEEDS = {**settings.FEEDS, "folder": folder}
    with files[0].open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["timestamp"][:10] == row_day(files[0])]
    symbol, day = rows[0]["symbol"], date.fromisoformat(row_day(files[0]))
    download = started(alice, feed="folder", symbols=[symbol], first=day, last=day)
    advance(download)
    assert download.state == "completed"
    assert download.stored + download.refused == len(rows)
    stored = {bar.start: bar for bar in Bar.objects.filter(instrument__symbol=symbol)}
    known = [row for row in rows if moment_of(row) in stored]
    assert len(known) == download.stored > 300
    assert all(stored[moment_of(row)].close == float(row["close"]) for row in known)
    assert sum(bar.volume for bar in stored.values()) == sum(int(float(row["volume"])) for row in known)


def row_day(path: Path) -> str:
    """The first day of a file."""
    with path.open(newline="") as lines:
        return next(csv.DictReader(lines))["timestamp"][:10]


def moment_of(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(row["timestamp"]).astimezone(UTC)
