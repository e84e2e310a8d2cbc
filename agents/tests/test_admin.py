"""Staff can look at every table of a run, and change none."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from agents.tests.factories import finished_run
from broker import models as broker
from reasoning.models import Entry
from runs import models as runs

TABLES: list[type[Model]] = [
    runs.Run,
    runs.RunEvent,
    runs.RunStatistics,
    Entry,
    broker.Order,
    broker.Fill,
    broker.RoundTrip,
    broker.Position,
    broker.EquitySegment,
    broker.Checkpoint,
]


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def staff_client(alice: User, alice_client: Client) -> Client:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return alice_client


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_table_is_listed_searched_and_opened_but_not_changed(
    charlie: User, staff_client: Client, model: type[Model]
) -> None:
    run = finished_run(charlie, steps=50)
    broker.Checkpoint.objects.create(user=charlie, run=run, step=50, account={})
    row = model._default_manager.all()[:1].get()
    listed = staff_client.get(address(model, "changelist"), {"q": "charlie"})
    assert listed.status_code == 200
    assert "charlie" in listed.content.decode()
    assert staff_client.get(address(model, "change", row.pk)).status_code == 200
    assert staff_client.get(address(model, "add")).status_code == 403
    assert staff_client.post(address(model, "change", row.pk), {}).status_code == 403
    assert staff_client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_no_table_of_these_rooms_is_left_out() -> None:
    rooms = {"runs", "broker", "reasoning"}
    known = {model for model in admin.site._registry if model._meta.app_label in rooms}
    assert set(TABLES) <= known
