"""What may be downloaded, and by whom."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from core.errors import Conflict, Forbidden, UserError
from market.downloads import services
from market.downloads.models import Download
from market.downloads.selectors import access_download
from market.downloads.tests.world import MONDAY, TUESDAY, started
from market.tests.vendor_server import Market


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"symbols": []}, "symbols"),
        ({"symbols": ["S PY"]}, "symbols"),
        ({"symbols": [f"S{n}" for n in range(101)]}, "symbols"),
        ({"first": TUESDAY, "last": MONDAY}, "last"),
        ({"first": date(1950, 1, 3)}, "first"),
        ({"first": date(2035, 1, 1), "last": date(2035, 1, 2)}, "first"),
        ({"symbols": [f"S{n}" for n in range(100)], "first": date(2012, 1, 3)}, "first"),
    ],
)
def test_what_can_not_be_brought_is_refused_beside_its_field(
    market: Market, alice: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(UserError) as caught:
        started(alice, **changes)
    assert list(caught.value.fields) == [field]


def test_a_user_has_so_many_downloads_at_once(market: Market, alice: User) -> None:
    for _ in range(services.MOST_ACTIVE):
        started(alice)
    with pytest.raises(Conflict, match="at once"):
        started(alice)


def test_without_a_key_it_does_not_even_start(market: Market, charlie: User) -> None:
    with pytest.raises(UserError, match="key"):
        started(charlie)
    assert Download.objects.count() == 0


def test_a_stranger_sees_no_download(market: Market, alice: User, charlie: User) -> None:
    download = started(alice)
    for act in (access_download, services.download_stop, services.download_resume):
        with pytest.raises(Forbidden):
            act(charlie, download.pk)
