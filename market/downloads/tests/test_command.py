"""`manage.py fetch_bars`: the same download, followed in the terminal."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from market.downloads.models import Download, DownloadState
from market.tests.vendor_server import Market, Trouble

DAYS = ["--first", "2013-10-07", "--last", "2013-10-08"]


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("fetch_bars", *arguments, stdout=out)
    return json.loads(out.getvalue()) if "--json" in arguments else out.getvalue()


@pytest.fixture
def staff(alice: User) -> User:
    alice.is_staff = True
    alice.save()
    return alice


def test_it_brings_bars_and_repeated_it_brings_nothing_twice(market: Market, staff: User) -> None:
    found = run("polygon", "spy", "QQQ", *DAYS, "--json")
    assert (found["state"], found["stored"]) == ("completed", 1560)
    market.asked.clear()
    again = run("polygon", "spy", "QQQ", *DAYS, "--json")
    assert (again["state"], again["rows_read"], market.asked) == ("completed", 0, [])
    assert "390 already stored" in run(
        "polygon", "SPY", "--first", "2013-10-07", "--last", "2013-10-07", "--again"
    )
    assert set(Download.objects.values_list("user", "state")) == {(staff.pk, DownloadState.COMPLETED)}


def test_what_fails_is_an_error_with_the_reason(market: Market, alice: User) -> None:
    market.troubles = [Trouble(status=404)]
    with pytest.raises(CommandError, match="Not to be had: NOPE"):
        run("polygon", "NOPE", *DAYS, "--user", "alice")


def test_it_waits_for_the_vendor_and_goes_on(
    market: Market, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    market.troubles = [Trouble(status=503)]
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        Download.objects.update(retry_at=None)

    monkeypatch.setattr("market.management.commands.fetch_bars.time.sleep", wait)
    assert run("polygon", "SPY", *DAYS, "--json")["stored"] == 780
    assert len(waited) == 1


def test_ctrl_c_stops_the_download_for_good(
    market: Market, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("market.management.commands.fetch_bars.download_advance", press)
    with pytest.raises(CommandError, match="Stopped"):
        run("polygon", "SPY", *DAYS)
    assert Download.objects.get().state == DownloadState.STOPPED


def test_without_anybody_to_own_it_it_says_so(market: Market) -> None:
    with pytest.raises(CommandError, match="no staff user"):
        run("polygon", "SPY", *DAYS)
    with pytest.raises(CommandError, match="no user 'bob'"):
        run("polygon", "SPY", *DAYS, "--user", "bob")
