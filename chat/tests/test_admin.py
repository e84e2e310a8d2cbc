"""What staff say about everybody's analyst, and what they may only look at."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.answerer import instructions_for
from chat.models import AnalystDefaults, Turn
from chat.tests.factories import exchange
from conftest import as_in_production


@pytest.fixture
def staff(db: None) -> Client:
    browser = as_in_production(Client())
    browser.force_login(User.objects.create_superuser("root", password="x"))
    return browser


def test_staff_write_what_holds_for_everybody(staff: Client, alice: User) -> None:
    sent = {"answerer": "built_in", "instructions": "No advice.", "questions_a_minute": "7"}
    assert staff.post("/admin/chat/analystdefaults/add/", sent).status_code == 302
    defaults = AnalystDefaults.objects.get()
    assert (defaults.answerer, defaults.questions_a_minute) == ("built_in", 7)
    assert instructions_for(alice) == "No advice."
    assert staff.get("/admin/chat/analystdefaults/add/").status_code == 403, "there is one row only"
    changed = staff.post(
        f"/admin/chat/analystdefaults/{defaults.pk}/change/", sent | {"questions_a_minute": "0"}
    )
    assert changed.status_code == 200, "a form to be put right"


def test_staff_look_at_conversations_and_turns_and_change_none(staff: Client, alice: User) -> None:
    turn = exchange(alice)
    for name, pk in (("conversation", turn.conversation_id), ("turn", turn.pk)):
        assert staff.get(f"/admin/chat/{name}/").status_code == 200
        assert staff.get(f"/admin/chat/{name}/{pk}/change/").status_code == 200
        assert staff.post(f"/admin/chat/{name}/{pk}/change/", {}).status_code == 403
        assert staff.post(f"/admin/chat/{name}/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert Turn.objects.count() == 1


def test_who_is_no_staff_gets_nowhere(alice_client: Client) -> None:
    assert alice_client.get("/admin/chat/analystdefaults/").status_code == 302
