"""What a schedule may be, and where it says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib.auth.models import User

from agents.schedules.tests.world import at, schedule_make
from agents.tests.tape import minutes
from agents.tests.world import model_make
from core import clock
from core.errors import UserError
from profiles.models import TradingModel

YESTERDAY = date(2026, 3, 9)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.standing_at(at("2026-03-10 18:00")):
        yield


@pytest.fixture
def model(alice: User) -> TradingModel:
    minutes(100, 101, day=YESTERDAY)
    return model_make(alice)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"symbols": []}, "symbols"),
        ({"symbols": ["NOPE"]}, "symbols"),
        ({"repeat": "weekdays"}, "weekdays"),
        ({"repeat": "weekdays", "weekdays": [6]}, "weekdays"),
        ({"repeat": "once"}, "once_on"),
        ({"repeat": "once", "once_on": date(2026, 4, 3)}, "once_on"),  # Good Friday
        ({"repeat": "once", "once_on": YESTERDAY}, "once_on"),
        ({"anchor": "clock"}, "clock"),
        ({"anchor": "open"}, "anchor"),  # the day's session isn't over then
        ({"offset_minutes": -1}, "anchor"),
        ({"offset_minutes": 10_000}, "offset_minutes"),
        ({"mode": "daily", "days": 0}, "days"),
        ({"subject": "live", "anchor": "open", "offset_minutes": 0}, "feed"),
        ({"subject": "live", "feed": "folder"}, "anchor"),
        ({"subject": "live", "feed": "folder", "mode": "daily"}, "mode"),
        ({"budget": {"calls": -1}}, "budget_calls"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(
    alice: User, model: TradingModel, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(UserError) as refusal:
        schedule_make(alice, model, **fields)
    assert field in refusal.value.fields, refusal.value.message
