"""Which day it is where the exchange stands, also where clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from trading.statistics.curve import local_days


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/New_York", datetime(2024, 3, 8, tzinfo=UTC)),
        ("America/New_York", datetime(2024, 11, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 4, 4, tzinfo=UTC)),  # by half an hour
        ("Africa/Casablanca", datetime(2024, 3, 8, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2024, 1, 1, tzinfo=UTC)),  # a quarter of an hour beside the others
        ("UTC", datetime(1969, 12, 28, tzinfo=UTC)),
    ],
)
def test_a_day_is_the_date_on_the_wall(zone: str, first: datetime) -> None:
    moments = [first + timedelta(minutes=7 * step) for step in range(1_500)]
    days = local_days(np.array([at.timestamp() for at in moments]), zone)
    walls = [(at.astimezone(ZoneInfo(zone)).date() - date(1970, 1, 1)).days for at in moments]
    assert days.tolist() == walls


def test_of_no_moment_there_is_no_day() -> None:
    assert local_days(np.array([], dtype=np.float64), "America/New_York").size == 0
