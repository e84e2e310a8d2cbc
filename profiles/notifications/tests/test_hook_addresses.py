"""Where a webhook may lead: decided when it is typed, and again at every connection."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from core.errors import UserError
from profiles.notifications.delivery import deliver
from profiles.notifications.hook import webhook_set
from profiles.notifications.tests.factories import told
from profiles.notifications.tests.receiver import Receiver


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(alice: User, receiver: Receiver, secret: str, status: int) -> None:
    receiver.answers = [status]
    delivery = told(alice)
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, len(receiver.requests)) == ("failed", 1)
    assert "is not followed" in delivery.last_error


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.google.internal/x",
        "http://10.0.0.8/hook",
        "http://[::1]:8000/",
        "http://127.0.0.1/hook",
        "ftp://hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "hooks.example.com",
    ],
)
def test_a_url_inside_our_network_is_refused_when_it_is_typed(
    alice: User, settings: Settings, url: str
) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "no"
    with pytest.raises(UserError) as refused:
        webhook_set(alice, url=url)
    assert set(refused.value.fields) == {"url"}


def test_a_name_that_leads_into_our_network_by_now_gets_nothing(
    alice: User, receiver: Receiver, secret: str, settings: Settings
) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "no"  # as if the name had resolved to something else when it was typed
    delivery = told(alice)
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert receiver.requests == []
    assert (delivery.state, "private network" in delivery.last_error) == ("failed", True)


def test_a_name_is_resolved_again_at_every_connection(
    alice: User, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    real = socket.getaddrinfo
    answers = ["127.0.0.1", "169.254.169.254"]

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        return (
            real(answers.pop(0), port, *args, **kwargs)
            if host == "hooks.example.com"
            else real(host, port, *args, **kwargs)
        )

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    webhook_set(alice, url=receiver.url.replace("127.0.0.1", "hooks.example.com"))
    delivery = told(alice)
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert answers == []
    assert receiver.requests == []
    assert "credentials" in delivery.last_error
