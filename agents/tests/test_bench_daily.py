"""The bench of daily universes measures a run that really trades, and leaves nothing behind."""

from __future__ import annotations

from datetime import date

import pytest

from agents.bench.daily import daily_pace
from market.models import Bar, Instrument
from runs.models import Run


@pytest.mark.django_db
def test_the_bench_takes_every_day_of_every_symbol_and_stores_nothing_for_good() -> None:
    pace = daily_pace(symbols=3, first=date(2023, 1, 3), last=date(2023, 6, 30))
    # January to June 2023: 20, 19, 23, 19, 22 and 21 sessions.
    assert (pace.days, pace.symbols, pace.state) == (124, 3, "completed")
    assert pace.fills > 0
    assert not Run.objects.exists()
    assert not Bar.objects.exists()
    assert not Instrument.objects.exists()
