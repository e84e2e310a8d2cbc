"""Notifications by mail: into Django's mailbox for tests, and to a mail server on this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail as mailbox
from django.utils import timezone
from pytest_django.fixtures import Settings

from profiles.notifications.delivery import deliver
from profiles.notifications.models import Delivery
from profiles.notifications.tests.factories import at, told
from profiles.notifications.tests.mail_server import mail_server_open


def test_mail_says_what_happened_and_where(alice: User, settings: Settings) -> None:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example.com", "https://lab.example.com"
    deliver(alice, told(alice).pk)
    [message] = mailbox.outbox
    assert (message.subject, message.to) == ("tradelab: Run 7 failed", ["alice@example.com"])
    assert message.body.startswith("Look.\n\nhttps://lab.example.com/runs/7/\n")
    assert "https://lab.example.com/notifications/settings/" in message.body
    assert message.extra_headers["Message-ID"].endswith("@lab.example.com>")
    assert Delivery.objects.get().state == "delivered"


def test_a_mail_server_that_is_away_is_asked_again(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_HOST = "mail.example.com"

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError("mail.example.com with the password hunter2")

    delivery = told(alice)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    assert delivery.last_error == "The mail server didn't take it: ConnectionRefusedError."
    at(monkeypatch, timezone.now() + timedelta(seconds=60))
    deliver(alice, delivery.pk)
    assert len(mailbox.outbox) == 1


def test_a_real_mail_server_gets_it_after_it_had_refused_it(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    with mail_server_open() as server:
        settings.EMAIL_PORT = server.port
        server.refusals = ["451 try again later"]
        delivery = told(alice)
        deliver(alice, delivery.pk)
        delivery.refresh_from_db()
        assert (delivery.state, server.messages) == ("waiting", [])
        assert delivery.last_error == "The mail server didn't take it: SMTPDataError."
        at(monkeypatch, timezone.now() + timedelta(seconds=60))
        deliver(alice, delivery.pk)
    [message] = server.messages
    assert "Subject: tradelab: Run 7 failed" in message
    assert "To: alice@example.com" in message
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
