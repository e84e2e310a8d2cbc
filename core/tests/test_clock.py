"""The clock of the market's day, and who may move its hands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from core import clock

OPEN = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)


def test_it_shows_the_present_unless_somebody_holds_its_hands() -> None:
    before = timezone.now()
    assert before <= clock.now() <= timezone.now()


def test_hands_stand_still_move_forward_and_are_let_go() -> None:
    with clock.standing_at(OPEN) as hands:
        assert clock.now() == clock.now() == OPEN
        hands.move_to(OPEN + timedelta(minutes=5))
        assert clock.now() == OPEN + timedelta(minutes=5)
        with pytest.raises(ValueError, match="can't go back"):
            hands.move_to(OPEN)


def test_a_file_moves_the_hands_of_every_process_that_reads_it(settings: Settings, tmp_path: Path) -> None:
    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text("2026-03-10T13:31:00+00:00\n")
    assert clock.now() == OPEN + timedelta(minutes=1)
