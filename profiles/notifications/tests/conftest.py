"""A receiver on this machine, and alice's webhook there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from profiles.notifications.hook import webhook_set
from profiles.notifications.tests.receiver import Receiver, receiver_open


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiver_open() as opened:
        yield opened


@pytest.fixture
def secret(alice: User, receiver: Receiver) -> str:
    return webhook_set(alice, url=f"{receiver.url}/hook?of=alice")[1]
