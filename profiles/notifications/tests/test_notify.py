from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from core.crypto import encrypt
from core.errors import Forbidden, UserError
from core.rls import acting_as
from profiles.notifications import tasks
from profiles.notifications.delivery import secret_owner
from profiles.notifications.kinds import Kind
from profiles.notifications.models import Delivery, Notification, NotificationSettings
from profiles.notifications.selectors import inbox, unread_count
from profiles.notifications.services import channels_choose, notifications_read, notify
from profiles.notifications.webhook import secret_make


def tell(user: User, key: str = "run:1:failed", kind: str = Kind.RUN_FAILED, **texts: str) -> int | None:
    return notify(user.pk, kind, **{"subject": "Run 1 failed", "url": "/runs/1/", **texts}, key=key)


def with_webhook(user: User) -> None:
    secret = encrypt(secret_make(), owner=secret_owner(user.pk))
    NotificationSettings.objects.create(
        user=user, webhook_url="http://127.0.0.1:9/hook", webhook_secret_encrypted=secret
    )


def test_what_happens_twice_is_told_once(alice: User) -> None:
    assert tell(alice) is not None
    assert tell(alice, subject="Again") is None
    assert [told.subject for told in inbox(alice)] == ["Run 1 failed"]


def test_the_same_key_of_another_user_is_another_notification(alice: User, charlie: User) -> None:
    tell(alice)
    assert tell(charlie) is not None


def test_what_is_rolled_back_is_not_told(alice: User) -> None:
    with transaction.atomic():
        tell(alice)
        transaction.set_rollback(True)
    assert not inbox(alice).exists()


@pytest.mark.django_db(transaction=True)
def test_notify_refuses_to_stand_outside_of_what_it_tells_of() -> None:
    user = User.objects.create_user("dora")
    with pytest.raises(transaction.TransactionManagementError, match="made it happen"):
        tell(user)


@pytest.mark.parametrize("url", ["https://elsewhere.example", "//elsewhere.example/x", "runs/1/"])
def test_a_notification_leads_nowhere_but_to_this_site(alice: User, url: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        tell(alice, url=url)


def test_a_subject_stays_one_line(alice: User) -> None:
    tell(alice, subject="Run 1\r\nBcc: everybody@example.com\0")
    assert inbox(alice).get().subject == "Run 1 Bcc: everybody@example.com"


def test_row_level_security_keeps_notifications_apart(alice: User, charlie: User, app_role: None) -> None:
    with acting_as(alice.pk):
        tell(alice)
    with acting_as(charlie.pk):
        assert not Notification.objects.exists()


def test_nobody_is_told_in_the_name_of_another(alice: User, charlie: User, app_role: None) -> None:
    with pytest.raises(Exception, match="row-level security"), acting_as(charlie.pk):
        tell(alice)


def test_without_mail_and_webhook_nothing_is_sent_out(alice: User) -> None:
    tell(alice)
    assert not Delivery.objects.exists()


def test_each_open_way_gets_one_delivery_sent_for_after_the_commit(
    alice: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    with_webhook(alice)
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks.delivery_attempt, "delay", lambda *ids: sent.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        tell(alice)
        tell(alice)
        assert sent == []
    deliveries = Delivery.objects.order_by("pk")
    assert sorted(delivery.channel for delivery in deliveries) == ["email", "webhook"]
    assert sent == [(alice.pk, delivery.pk) for delivery in deliveries]


def test_somebody_without_an_address_gets_no_mail(alice: User, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    User.objects.filter(pk=alice.pk).update(email="")
    tell(alice)
    assert not Delivery.objects.exists()


def test_a_way_that_is_switched_off_for_a_kind_is_not_taken(alice: User) -> None:
    with_webhook(alice)
    channels_choose(alice, {"run_failed": ["inbox"], "run_finished": []})
    tell(alice)
    tell(alice, key="run:1:completed", kind=Kind.RUN_FINISHED)
    assert not Delivery.objects.exists()
    assert unread_count(alice) == 1


def test_a_kind_that_nobody_wants_stays_known_by_its_key(alice: User) -> None:
    channels_choose(alice, {"run_failed": []})
    tell(alice)
    channels_choose(alice, {"run_failed": ["inbox"]})
    assert tell(alice) is None
    assert not inbox(alice).exists()


@pytest.mark.parametrize("choices", [{"run_failed": ["pigeon"]}, {"moon_full": ["inbox"]}, {"test": []}])
def test_unknown_kinds_and_ways_are_refused(alice: User, choices: dict[str, list[str]]) -> None:
    with pytest.raises(UserError, match="There are the"):
        channels_choose(alice, choices)


def test_reading_marks_what_was_named_and_counts_it(alice: User) -> None:
    first = tell(alice)
    tell(alice, key="run:2:failed")
    assert first is not None
    assert notifications_read(alice, [first]) == 1
    assert notifications_read(alice, [first]) == 0
    assert unread_count(alice) == 1
    assert notifications_read(alice) == 1
    assert unread_count(alice) == 0


def test_a_foreign_notification_is_not_read(alice: User, charlie: User) -> None:
    told = tell(alice)
    assert told is not None
    with pytest.raises(Forbidden):
        notifications_read(charlie, [told])
    assert unread_count(alice) == 1


def test_due_deliveries_of_all_users_are_sent_for_once(
    alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in (alice, charlie):
        with_webhook(user)
        tell(user)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE profiles_delivery SET woken_at = woken_at - interval '5 minutes'")
        cursor.execute("SET LOCAL ROLE tl_app")
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks.delivery_attempt, "delay", lambda *ids: sent.append(ids))
    assert tasks.deliveries_wake() == 2
    assert sorted(user for user, _ in sent) == sorted([alice.pk, charlie.pk])
    assert tasks.deliveries_wake() == 0
