"""While many wait, one thread keeps their leases, hears of Stop, and finds out which lease is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from agents.llm import lookout
from agents.llm.lookout import Lookout, Waiting, look
from agents.llm.types import StopAsked
from core.rls import acting_as
from runs.models import Run
from runs.services import Claim, LeaseLost, lease_take, leases_beat, run_stop
from runs.tests.factories import run_make
from tradelab.tests.support import eventually


def claimed(user: User) -> Claim:
    claim = lease_take(user, run_make(user).pk, owner="worker")
    assert claim is not None
    return claim


def expiry_of(claim: Claim) -> datetime:
    expires_at = Run.objects.get(pk=claim.run_id).lease_expires_at
    assert expires_at is not None
    return expires_at


def waiting(*claims: Claim) -> tuple[list[Waiting], dict[int, list[BaseException]]]:
    """Those who wait for these claims, and where the reasons to end appear."""
    reasons: dict[int, list[BaseException]] = {claim.run_id: [] for claim in claims}
    return [Waiting(claim, reasons[claim.run_id].append) for claim in claims], reasons


def test_leases_that_are_held_go_on(alice: User, charlie: User) -> None:
    ones, reasons = waiting(claimed(alice), claimed(alice), claimed(charlie))
    look(ones)
    assert not any(reasons.values())


def test_a_stop_is_told_to_the_run_that_it_is_meant_for(alice: User) -> None:
    stopped, other = claimed(alice), claimed(alice)
    with acting_as(alice.pk):
        run_stop(alice, stopped.run_id)
    ones, reasons = waiting(stopped, other)
    look(ones)
    assert [type(reason) for reason in reasons[stopped.run_id]] == [StopAsked]
    assert not reasons[other.run_id]


def test_a_lease_that_somebody_else_has_taken_is_lost(alice: User) -> None:
    taken, other = claimed(alice), claimed(alice)
    Run.objects.filter(pk=taken.run_id).update(lease_token=taken.token + 1)
    ones, reasons = waiting(taken, other)
    look(ones)
    assert [type(reason) for reason in reasons[taken.run_id]] == [LeaseLost]
    assert not reasons[other.run_id]


def test_only_a_lease_that_is_due_is_renewed(alice: User) -> None:
    fresh, due, lost = claimed(alice), claimed(alice), claimed(alice)
    soon = timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS / 3)
    Run.objects.filter(pk__in=[due.run_id, lost.run_id]).update(lease_expires_at=soon)
    Run.objects.filter(pk=lost.run_id).update(lease_token=lost.token + 1)
    before = expiry_of(fresh)
    with acting_as(alice.pk):
        leases_beat(alice.pk, [fresh, due, lost])
    assert expiry_of(fresh) == before
    assert expiry_of(due) > soon
    assert expiry_of(lost) == soon


def test_a_user_whose_leases_cannot_be_looked_at_does_not_disturb_the_others(
    alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, his = claimed(alice), claimed(charlie)

    def away(user_id: int, claims: list[Claim]) -> object:
        if user_id == alice.pk:
            raise OperationalError("gone")
        return leases_beat(user_id, claims)

    monkeypatch.setattr(lookout, "leases_beat", away)
    monkeypatch.setattr(lookout, "close", lambda: None)
    ones, reasons = waiting(hers, his)
    look(ones)
    assert [type(reason) for reason in reasons[hers.run_id]] == [OperationalError]
    assert not reasons[his.run_id]


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_is_told_by_a_thread_that_ends_when_nobody_waits() -> None:
    alice = User.objects.create_user("alice")
    claim = claimed(alice)
    watch, reasons = Lookout(), list[BaseException]()
    with watch.keep(claim, reasons.append):
        with acting_as(alice.pk):
            run_stop(alice, claim.run_id)
        eventually(lambda: bool(reasons), seconds=60)
    assert isinstance(reasons[0], StopAsked)
    eventually(lambda: watch.thread is None, seconds=60)
