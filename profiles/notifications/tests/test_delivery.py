"""Deliveries to a real receiver on this machine: signed, tried again, given up, never doubled."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core import mail as mailbox
from django.utils import timezone
from pytest_django.fixtures import Settings

from core.errors import Conflict, Forbidden
from profiles.llm.rotation import keys_rotate
from profiles.notifications import delivery as attempts
from profiles.notifications.delivery import claim, deliver, wait_seconds
from profiles.notifications.hook import notification_test, webhook_remove, webhook_set
from profiles.notifications.models import Delivery, Notification, NotificationSettings
from profiles.notifications.parcel import Undelivered
from profiles.notifications.services import delivery_again
from profiles.notifications.tests.factories import at, told
from profiles.notifications.tests.receiver import Receiver


def test_a_webhook_gets_what_happened_signed_with_its_secret(
    alice: User, receiver: Receiver, secret: str, settings: Settings
) -> None:
    settings.SITE_URL = "https://lab.example.com"
    deliver(alice, told(alice).pk)
    [(path, headers, body)] = receiver.requests
    notification = Notification.objects.get()
    assert path == "/hook?of=alice"
    assert json.loads(body) == {
        "type": "run_failed",
        "timestamp": notification.created_at.isoformat(),
        "data": {
            "id": notification.pk,
            "subject": "Run 7 failed",
            "body": "Look.",
            "url": "https://lab.example.com/runs/7/",
        },
    }
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 300
    stored = Delivery.objects.get()
    assert (stored.state, stored.last_status, stored.attempts) == ("delivered", 204, 1)


def test_the_secret_stands_nowhere_in_the_clear(alice: User, secret: str) -> None:
    stored = bytes(NotificationSettings.objects.get().webhook_secret_encrypted)
    assert secret.encode() not in stored
    assert base64.b64decode(secret.removeprefix("whsec_")) not in stored


def test_the_secret_signs_on_after_the_encryption_key_was_replaced(
    alice: User, receiver: Receiver, settings: Settings
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [old]
    webhook_set(alice, url=receiver.url)
    settings.ENCRYPTION_KEYS = [new, old]
    assert keys_rotate().lost == []
    settings.ENCRYPTION_KEYS = [new]
    deliver(alice, told(alice).pk)
    assert len(receiver.requests) == 1
    settings.ENCRYPTION_KEYS = [old]
    delivery = told(alice, "run:8:failed")
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, len(receiver.requests)) == ("failed", 1)
    assert "Make a new one" in delivery.last_error


def test_a_failed_delivery_is_tried_again_until_it_arrives_under_the_same_id(
    alice: User, receiver: Receiver, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.answers = [500, 503]
    delivery, now = told(alice), timezone.now()
    for attempt in range(3):
        at(monkeypatch, now)
        deliver(alice, delivery.pk)
        deliver(alice, delivery.pk)  # too early, or done
        assert len(receiver.requests) == attempt + 1
        delivery.refresh_from_db()
        now += timedelta(seconds=wait_seconds(attempt + 1))
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("delivered", 3, "")
    assert len({headers["webhook-id"] for _, headers, _ in receiver.requests}) == 1
    assert Notification.objects.count() == 1


def test_waits_grow_and_end() -> None:
    waits = [wait_seconds(attempt) for attempt in range(1, attempts.MOST_ATTEMPTS)]
    assert waits == [30, 120, 480, 1920, 7680, 21600, 21600]


def test_a_receiver_that_never_answers_well_is_given_up_and_can_be_tried_again(
    alice: User, receiver: Receiver, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.answers = [500] * attempts.MOST_ATTEMPTS
    delivery, now = told(alice), timezone.now()
    for _ in range(attempts.MOST_ATTEMPTS):
        at(monkeypatch, now)
        deliver(alice, delivery.pk)
        now += timedelta(hours=7)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("failed", "The receiver answered with status 500.")
    at(monkeypatch, now)
    deliver(alice, delivery.pk)
    assert len(receiver.requests) == attempts.MOST_ATTEMPTS
    delivery_again(alice, delivery.pk)
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    with pytest.raises(Conflict, match="is delivered"):
        delivery_again(alice, delivery.pk)


def test_a_worker_that_dies_leaves_a_delivery_that_is_due_again(
    alice: User, receiver: Receiver, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, now = told(alice), timezone.now()

    def killed(*args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(attempts, "hand_over", killed)
        with pytest.raises(SystemExit):
            deliver(alice, delivery.pk)
    deliver(alice, delivery.pk)
    assert receiver.requests == []
    at(monkeypatch, now + timedelta(seconds=attempts.ATTEMPT_SECONDS + 1))
    deliver(alice, delivery.pk)
    assert len(receiver.requests) == 1
    assert Notification.objects.count() == 1


def test_an_attempt_that_was_overtaken_records_nothing(alice: User, receiver: Receiver, secret: str) -> None:
    delivery, now = told(alice), timezone.now()
    slow = claim(alice, delivery.pk, now)
    quick = claim(alice, delivery.pk, now + timedelta(seconds=attempts.ATTEMPT_SECONDS + 1))
    assert slow is not None
    assert quick is not None
    attempts.record_success(alice, quick, 204, now)
    attempts.record_failure(alice, slow, Undelivered("late"), now)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("delivered", "")


def test_a_receiver_that_is_not_there_is_named_as_such(alice: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    webhook_set(alice, url=f"http://127.0.0.1:{port}/")
    delivery = told(alice)
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    assert delivery.last_error.startswith("No connection")


def test_what_is_on_its_way_to_a_removed_webhook_is_given_up(
    alice: User, receiver: Receiver, secret: str
) -> None:
    delivery = told(alice)
    webhook_remove(alice)
    deliver(alice, delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("failed", "The webhook was removed.")


def test_a_new_webhook_has_a_new_secret(alice: User, receiver: Receiver, secret: str) -> None:
    assert webhook_set(alice, url=receiver.url)[1] != secret


def test_a_test_goes_all_ways_but_not_too_often(
    alice: User, receiver: Receiver, secret: str, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    notification = notification_test(alice)
    for delivery in notification.deliveries.all():
        deliver(alice, delivery.pk)
    assert json.loads(receiver.requests[0][2])["type"] == "test"
    assert len(mailbox.outbox) == 1
    for _ in range(4):
        notification_test(alice)
    with pytest.raises(Conflict, match="Wait a moment"):
        notification_test(alice)


def test_a_stranger_neither_sends_nor_repeats(
    alice: User, charlie: User, receiver: Receiver, secret: str
) -> None:
    delivery = told(alice)
    deliver(charlie, delivery.pk)
    assert receiver.requests == []
    with pytest.raises(Forbidden):
        delivery_again(charlie, delivery.pk)
