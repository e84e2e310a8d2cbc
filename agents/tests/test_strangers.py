"""A stranger walks every address of a run, and cannot tell it from one that doesn't exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from agents.batches.models import Batch
from agents.schedules.models import Schedule
from agents.tests.factories import finished_run
from market.downloads.models import Download
from profiles.models import LLMEndpoint
from rules.models import RuleProposal
from rules.tests.factories import rule_make
from runs.models import Run

ROOMS = ("market", "rules", "runs", "broker", "reasoning", "agents")
# Facts that are shared; and what a link's token opens is for whoever has it, see agents/report/tests.
EVERYBODYS = ("<str:symbol>", "<str:name>", "<str:token>")
CSRF_TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
ABSENT = {
    "model_id": 987_654_321,
    "run_id": 987_654_321,
    "number": 1,
    "key": "orders",
    "endpoint_id": 987_654_321,
    "rule_id": 987_654_321,
    "proposal_id": 987_654_321,
    "batch_id": 987_654_321,
    "schedule_id": 987_654_321,
    "download_id": 987_654_321,
    "kind": "flat_by",
    "form": "csv",
}


def patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        path = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item, path)
        else:
            yield path, item


def room_of(pattern: URLPattern) -> str:
    view = pattern.callback
    return str(getattr(view, "view_class", getattr(view, "cls", view)).__module__).split(".")[0]


def addresses() -> list[str]:
    """Every address of these rooms that names something of somebody's."""
    found = [path for path, pattern in patterns(get_resolver()) if room_of(pattern) in ROOMS]
    return sorted(path for path in found if "<" in path and not any(part in path for part in EVERYBODYS))


ADDRESSES = addresses()


def filled(address: str, values: dict[str, object]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), address)


def answers(client: Client, url: str) -> list[tuple[int, bytes]]:
    """What each verb says, apart from the session's token."""

    def told(response: HttpResponseBase) -> tuple[int, bytes]:
        body = b"" if response.streaming else response.content  # type: ignore[attr-defined]  # of HttpResponse
        return response.status_code, CSRF_TOKEN.sub(b"", body)

    htmx = {"HX-Request": "true"}
    return [
        told(client.get(url)),
        told(client.post(url)),
        told(client.put(url)),
        told(client.patch(url)),
        told(client.delete(url)),
        told(client.get(url, headers=htmx)),
    ]


@pytest.fixture
def run(alice: User) -> Run:
    return finished_run(alice, steps=30)


def own_values(run: Run) -> dict[str, object]:
    """What stands in addresses of alice's things."""
    endpoint, _ = LLMEndpoint.objects.get_or_create(
        user=run.user, name="Local", defaults={"base_url": "http://127.0.0.1:9/v1"}
    )
    return {
        "model_id": run.model_id,
        "run_id": run.pk,
        "number": run.number,
        "key": "orders",
        "endpoint_id": endpoint.pk,
        "rule_id": rule_make(run.model).pk,
        "proposal_id": RuleProposal.objects.create(user=run.user, model=run.model, text="flat by noon").pk,
        "batch_id": Batch.objects.create(
            user=run.user, model=run.model, source=run, snapshot=run.snapshot, request={}, key="one"
        ).pk,
        "schedule_id": Schedule.objects.create(
            user=run.user, model=run.model, name="TEST daily", decider="hold"
        ).pk,
        "download_id": Download.objects.create(
            user=run.user,
            feed="synthetic",
            timeframe="day",
            symbols=["TEST"],
            first=run.date_from,
            last=run.date_to,
        ).pk,
        "kind": "flat_by",
        "form": "csv",
    }


def test_there_is_something_to_walk() -> None:
    assert len(ADDRESSES) >= 18


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_foreign_run_looks_like_none(run: Run, charlie_client: Client, address: str) -> None:
    foreign = answers(charlie_client, filled(address, own_values(run)))
    absent = answers(charlie_client, filled(address, ABSENT))
    assert foreign == absent
    assert {status for status, _ in foreign} <= {403, 405}
    assert 403 in {status for status, _ in foreign}


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_logged_in_gets_nothing(run: Run, client: Client, address: str) -> None:
    for status, body in answers(client, filled(address, own_values(run))):
        assert status in {302, 403, 405}
        assert b">TEST<" not in body


def test_lists_hold_only_what_is_ones_own(run: Run, charlie_client: Client) -> None:
    assert b"No runs yet" in charlie_client.get("/runs/").content
    assert charlie_client.get("/api/v1/runs/").json()["results"] == []
    assert charlie_client.get(f"/api/v1/runs/?model={run.model_id}").status_code == 400


@pytest.mark.parametrize("topic", ["run", "model"])
def test_a_stranger_follows_nothing(run: Run, charlie_client: Client, topic: str) -> None:
    number = {"run": run.pk, "model": run.model_id}[topic]
    assert charlie_client.get(f"/live/?topics={topic}:{number}").status_code == 403
