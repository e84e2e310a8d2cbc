"""A limit that stops a run's trading tells its owner, once."""

from __future__ import annotations

from django.contrib.auth.models import User

from agents.tests.tape import minutes, trade, trader, wish
from core.rls import acting_as
from profiles.models import TradingProfile
from profiles.notifications.models import Notification
from rules.tests.factories import rule_make

FALL = [100, 100, 100, 96, 94, 94, 94, 94]


def breakers(user: User) -> list[Notification]:
    return list(Notification.objects.owned_by(user).filter(kind="breaker_fired").order_by("pk"))


def test_a_rule_that_stops_trading_is_told_once_a_run(alice: User) -> None:
    model = trader(alice)
    minutes(*FALL)
    rule_make(model, "halt_on_loss", name="Enough", params={"percent": 1}, verb="stop_trading")
    for number in (1, 2):
        trade(alice, model, {1: [wish("buy", 20)], 6: [wish("buy", 1)]})
        fired = breakers(alice)
        assert len(fired) == number
        assert fired[-1].subject == f"Run {number} of Scripted stopped trading"
        assert fired[-1].body.endswith(", exchange time.")


def test_the_profiles_own_breaker_is_told(alice: User) -> None:
    model = trader(alice)
    minutes(100, 100, 90, 100, 100)
    with acting_as(alice.pk):
        TradingProfile.objects.filter(user=alice).update(stop_trading_if_daily_loss_exceeds=50)
    trade(alice, model, {1: [wish("buy", 10)], 3: [wish("buy", 10)]})
    [fired] = breakers(alice)
    assert "the profile stops trading beyond $50.00" in fired.body


def test_a_run_whose_limits_let_it_trade_tells_of_its_end_only(alice: User) -> None:
    model = trader(alice)
    minutes(100, 101, 102, 103)
    trade(alice, model, {1: [wish("buy", 10)]})
    assert [told.kind for told in Notification.objects.owned_by(alice)] == ["run_finished"]
