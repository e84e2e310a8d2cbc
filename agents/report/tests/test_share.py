"""Reports: what the owner sees, what a link shows, and that a link can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from agents.report.models import RunShare
from agents.report.services import run_share, run_unshare
from agents.tasks import run_slice
from agents.tests.factories import finished_run
from agents.tests.world import bars_make, model_make
from agents.tests.world import run_make as queued_run
from core.errors import Conflict, Forbidden
from runs.models import Run, RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice: User) -> Run:
    return finished_run(alice, steps=120)


def report_url(run: Run) -> str:
    return f"/models/{run.model_id}/r/{run.number}/report/"


def test_the_owner_reads_the_whole_report(alice_client: Client, run: Run) -> None:
    page = alice_client.get(report_url(run)).content.decode()
    for words in (
        run.model.name,
        run.snapshot_hash,
        run.data_hash,
        "Strategy snapshot",
        "Sharpe",
        'class="line-equity"',
    ):
        assert words in page


def test_a_link_shows_the_report_to_whoever_has_it_and_nothing_else(
    alice: User, run: Run, client: Client, charlie_client: Client
) -> None:
    share = run_share(alice, run.pk)
    for browser in (client, charlie_client):
        answer = browser.get(f"/shared/{share.token}/")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert run.snapshot_hash in page
        assert alice.username not in page
        assert "Strategy snapshot" not in page.split("How to check this")[0]
        assert "noindex" in answer["X-Robots-Tag"]
        assert browser.get(f"/shared/{share.token}/log.jsonl").status_code == 403
        assert browser.get(report_url(run)).status_code in (302, 403)


def test_a_link_with_the_strategy_gives_a_log_that_verifies(
    alice: User, client: Client, tmp_path: Path
) -> None:
    bars_make()
    run = queued_run(alice, model_make(alice))
    while run_slice(alice.pk, run.pk, slice_seconds=30):
        pass
    share = run_share(alice, run.pk, shows_strategy=True)
    assert "Strategy snapshot" in client.get(f"/shared/{share.token}/").content.decode()
    log = tmp_path / "log.jsonl"
    log.write_bytes(client.get(f"/shared/{share.token}/log.jsonl").content)
    call_command("verify_run", "--file", str(log))
    run.refresh_from_db()
    assert run.log_head[:8] in client.get(f"/shared/{share.token}/").content.decode()


def test_a_link_that_was_taken_back_shows_nothing(alice: User, run: Run, client: Client) -> None:
    share = run_share(alice, run.pk)
    run_unshare(alice, run.pk)
    assert client.get(f"/shared/{share.token}/").status_code == 403
    again = run_share(alice, run.pk)
    assert again.token != share.token
    assert client.get(f"/shared/{share.token}/").status_code == 403
    assert client.get(f"/shared/{again.token}/").status_code == 200


def test_a_link_dies_with_its_run_and_with_its_owner(alice: User, run: Run, client: Client) -> None:
    share = run_share(alice, run.pk)
    Run.objects.filter(pk=run.pk).update(deleted_at=timezone.now())
    assert client.get(f"/shared/{share.token}/").status_code == 403
    Run.objects.filter(pk=run.pk).update(deleted_at=None)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(f"/shared/{share.token}/").status_code == 403


@pytest.mark.parametrize("token", ["1", "1-", "1-AAAA", "x", "1:sig", "../1", "9" * 400])
def test_links_can_not_be_guessed(alice: User, run: Run, client: Client, token: str) -> None:
    run_share(alice, run.pk)
    assert client.get(f"/shared/{token}/").status_code in (403, 404)


def test_the_signature_of_one_link_opens_no_other(alice: User, run: Run, client: Client) -> None:
    share = run_share(alice, run.pk)
    _, signature = share.token.split("-", 1)
    assert client.get(f"/shared/{share.pk + 1}-{signature}/").status_code == 403


def test_a_run_under_way_is_not_shared(alice: User) -> None:
    run = finished_run(alice, steps=10, state=RunState.RUNNING)
    with pytest.raises(Conflict):
        run_share(alice, run.pk)


def test_only_the_owner_shares_and_takes_back(
    alice: User, charlie: User, run: Run, charlie_client: Client, alice_client: Client
) -> None:
    address = f"/models/{run.model_id}/r/{run.number}/share/"
    assert charlie_client.post(address).status_code == 403
    with pytest.raises(Forbidden):
        run_share(charlie, run.pk)
    assert alice_client.post(address, {"shows_strategy": "on"}).status_code == 302
    share = RunShare.objects.get(run=run)
    assert share.shows_strategy
    assert share.token in alice_client.get(report_url(run)).content.decode()
    assert charlie_client.post(address, {"take": "back"}).status_code == 403
    assert alice_client.post(address, {"take": "back"}).status_code == 302
    assert alice_client.get(f"/shared/{share.token}/").status_code == 403
