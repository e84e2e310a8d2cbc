from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from market.downloads.tests.world import vendor_of
from market.tests.vendor_server import Market


@pytest.fixture
def market(settings: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    with vendor_of(alice, settings, monkeypatch) as served:
        yield served
