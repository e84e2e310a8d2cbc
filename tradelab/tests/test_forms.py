"""Every form of every page, filled as nobody should: never a bug, and never a row of somebody else's changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver

from agents.tests.factories import finished_run
from agents.tests.test_strangers import filled, own_values, patterns
from chat.tests.factories import PROPOSAL, exchange, with_tool
from chat.tests.test_strangers import values_of
from core.models import OwnedModel
from profiles.tokens.services import token_create
from tradelab.tests.forms import NASTY, Form, forms_in

# By how addresses begin: each group is walked in a world of its own.
GROUPS = {
    "models": ("/models/new", "/models/<int:model_id>/clone", "/models/<int:model_id>/archive"),
    "rules": ("/models/<int:model_id>/rules",),
    "runs": ("/models/<int:model_id>/start", "/models/<int:model_id>/r/", "/models/<int:model_id>/schedules"),
    "chat": ("/chat", "/batches", "/schedules"),
    "people": ("/profile", "/password", "/endpoints", "/tokens", "/notifications", "/feeds", "/downloads"),
}
EACH = ("a\x00b", "1e-400")  # went wrong before
NOT_PAGES = ("export", "stream", "log.jsonl", "state/", "part/")
TABS = ("decisions", "orders", "rules", "snapshot", "whatif", "luck")


def pages(group: str, values: dict[str, object]) -> Iterator[str]:
    for path, _ in patterns(get_resolver()):
        if path.startswith(GROUPS[group]) and not any(part in path for part in NOT_PAGES):
            yield filled(path, values)
    if group == "runs":
        yield from (f"/models/{values['model_id']}/r/{values['number']}/?tab={tab}" for tab in TABS)


def fillings(form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the form is sent with, each with a name: nothing, lists, then one field after the other spoiled."""
    yield "nothing", {}
    yield "lists", {name: ["a", "b"] for name in form.values}
    for place, (name, value) in enumerate(form.values.items()):
        rest = {other: values for other, values in form.values.items() if other != name}
        yield f"without {name}", rest
        for nasty in (*EACH, NASTY[place % len(NASTY)]):
            yield f"{name} = {nasty[:20]!r}", {**rest, name: [nasty]}
        if value and value[0].isdecimal():
            yield f"a foreign {name}", {**rest, name: ["987654321"]}


def rows_of(user: User) -> list[tuple[str, str]]:
    """A digest of what a user has, table by table."""
    owned = [model._meta.db_table for model in apps.get_models() if issubclass(model, OwnedModel)]
    query = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t WHERE user_id = %(user)s"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(query.format(table) for table in owned), {"user": user.pk})
        return sorted(cursor.fetchall())


def world(user: User) -> dict[str, object]:
    run = finished_run(user, steps=30)
    turn = exchange(user, "Why?", subject=f"run:{run.pk}", said=[PROPOSAL, *with_tool()])
    token, _ = token_create(user, name="notebook")
    absent = {"notification_id": 1, "delivery_id": 1, "name": "polygon"}
    return {**own_values(run), **values_of(turn), "token_id": token.pk, **absent}


def sent(browser: Client, url: str, form: Form, values: dict[str, Any]) -> int:
    """The answer's status; whatever it did is undone."""
    with transaction.atomic():
        answer = (browser.post if form.method == "post" else browser.get)(url, values)
        transaction.set_rollback(True)
    body = b"" if answer.streaming else answer.content
    assert b"<script>alert(1)" not in body
    return int(answer.status_code)


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_no_form_breaks(group: str, alice: User, charlie: User, alice_client: Client) -> None:
    values, _ = world(alice), world(charlie)
    before, seen = rows_of(charlie), set()
    for page in pages(group, values):
        answer = alice_client.get(page)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        for form in forms_in(answer.content.decode()):
            url = form.action if form.action.startswith("/") else page.split("?")[0] + form.action
            form.values.pop("csrfmiddlewaretoken", None)
            if (known := (form.method, url, *sorted(form.values))) in seen or "/logout/" in url:
                continue
            seen.add(known)
            for name, values_sent in fillings(form):
                assert sent(alice_client, url, form, values_sent) < 500, f"{url}: {name}"
    assert len(seen) >= 3
    assert rows_of(charlie) == before
