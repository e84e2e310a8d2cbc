"""The inbox, its bell, the choices, and the API: what is there, and that strangers find none of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from conftest import as_in_production
from core.errors import FORBIDDEN_MESSAGE
from profiles.notifications import delivery as attempts
from profiles.notifications.delivery import deliver
from profiles.notifications.hook import webhook_set
from profiles.notifications.kinds import Kind
from profiles.notifications.models import Delivery, Notification, NotificationSettings
from profiles.notifications.selectors import unread_count
from profiles.notifications.services import notify
from profiles.notifications.tests.receiver import Receiver

INBOX = "/notifications/"
SETTINGS = "/notifications/settings/"
API = "/api/v1/notifications/"


@pytest.fixture
def alice_http(alice: User, api_client: APIClient) -> APIClient:
    api_client.force_login(alice)
    return api_client


def tell(user: User, number: int = 1, **texts: str) -> Notification:
    subject = f"Run {number} failed"
    told = {"subject": subject, "body": "No bars.", "url": f"/runs/?number={number}", **texts}
    notify(user.pk, Kind.RUN_FAILED, **told, key=f"run:{number}:failed")
    return Notification.objects.latest("pk")


def test_an_empty_inbox_says_what_will_stand_there(alice_client: Client) -> None:
    page = alice_client.get(INBOX).text
    assert "Nothing happened yet" in page
    assert 'aria-label="Inbox"' in page


def test_the_bell_of_every_page_counts_what_is_unread(alice: User, alice_client: Client) -> None:
    for number in range(3):
        tell(alice, number)
    assert 'aria-label="Inbox, 3 unread"' in alice_client.get("/models/").text
    assert 'aria-label="Inbox, 3 unread"' in alice_client.get(f"{INBOX}bell/").text


def test_the_bell_of_who_is_logged_out_stays_silent(client: Client) -> None:
    answer = client.get(f"{INBOX}bell/")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_bell_costs_one_query(
    alice: User, alice_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20) as asked:
        alice_client.get("/models/")
    assert sum("profiles_notification" in query["sql"] for query in asked.captured_queries) == 1


def test_opening_a_notification_leads_there_and_reads_it(alice: User, alice_client: Client) -> None:
    told = tell(alice, 7)
    answer = alice_client.get(f"{INBOX}{told.pk}/")
    assert (answer.status_code, answer["location"]) == (302, "/runs/?number=7")
    assert unread_count(alice) == 0


def test_one_or_all_are_marked_as_read(alice: User, alice_client: Client) -> None:
    first, _ = tell(alice, 1), tell(alice, 2)
    assert "Run 2 failed" in alice_client.get(INBOX).text
    alice_client.post(f"{INBOX}read/?show=unread", {"notification": first.pk})
    unread = alice_client.get(f"{INBOX}?show=unread").text
    assert "Run 1 failed" not in unread
    assert "Run 2 failed" in unread
    alice_client.post(f"{INBOX}read/")
    assert "Nothing unread" in alice_client.get(f"{INBOX}?show=unread").text
    assert "Run 1 failed" in alice_client.get(INBOX).text


def test_a_line_says_once_what_happened_and_has_an_edge_where_it_calls(
    alice: User, alice_client: Client
) -> None:
    tell(alice, 1)
    page = alice_client.get(INBOX).text
    assert page.count("Run 1 failed") == 2  # its link, and whose button that is
    assert "Run failed" not in page
    assert 'class="inbox-item inbox-bad is-unread"' in page


def test_what_a_run_is_called_is_shown_as_text(alice: User, alice_client: Client) -> None:
    tell(alice, subject="<script>alert(1)</script>")
    assert "<script>alert" not in alice_client.get(INBOX).text


def test_the_inbox_is_paged_and_costs_the_same_for_many(
    alice: User, alice_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tell(alice, 0)
    with django_assert_max_num_queries(12) as few:
        alice_client.get(INBOX)
    for number in range(1, 60):
        tell(alice, number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page = alice_client.get(INBOX).text
    assert "of 60" in page
    assert page.count("inbox-item") == 25


def test_choices_are_stored_and_shown(alice: User, alice_client: Client) -> None:
    page = alice_client.get(SETTINGS).text
    assert "has named no mail server" in page
    answer = alice_client.post(
        SETTINGS, {"run_failed": ["inbox", "webhook"], "run_finished": []}, follow=True
    )
    assert "Saved" in answer.text
    chosen = NotificationSettings.objects.get().channels
    assert (chosen["run_failed"], chosen["run_finished"], chosen["feed_down"]) == (
        ["inbox", "webhook"],
        [],
        [],
    )
    bad = alice_client.post(SETTINGS, {"run_failed": ["pigeon"]})
    assert bad.status_code == 422
    assert "pigeon" in bad.text


def test_mail_that_is_on_says_where_it_goes(alice_client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    assert "<strong>alice@example.com</strong>" in alice_client.get(SETTINGS).text


def test_the_secret_of_a_webhook_is_shown_once(alice: User, alice_client: Client, receiver: Receiver) -> None:
    answer = alice_client.post(f"{INBOX}webhook/", {"url": receiver.url})
    secret = answer.text.split('<code id="secret">')[1].split("<")[0]
    assert secret.startswith("whsec_")
    assert "no-store" in answer["cache-control"]
    page = alice_client.get(SETTINGS).text
    assert secret not in page
    assert "127.0.0.1" in page


def test_a_bad_address_is_told_beside_its_field(alice_client: Client) -> None:
    answer = alice_client.post(f"{INBOX}webhook/", {"url": "http://169.254.169.254/"})
    assert answer.status_code == 422
    assert "credentials" in answer.text
    assert not NotificationSettings.objects.exists()


def test_a_test_is_sent_and_its_failure_shown_and_tried_again(
    alice: User, alice_client: Client, receiver: Receiver
) -> None:
    webhook_set(alice, url=receiver.url)
    receiver.answers = [410]
    assert "A test is on its way" in alice_client.post(f"{INBOX}test/", follow=True).text
    delivery = Delivery.objects.get()
    deliver(alice, delivery.pk)
    page = alice_client.get(SETTINGS).text
    assert "The receiver says that it is gone (status 410)." in page
    alice_client.post(f"{INBOX}deliveries/{delivery.pk}/again/")
    deliver(alice, delivery.pk)
    assert "delivered" in alice_client.get(f"{INBOX}deliveries/").text
    alice_client.post(f"{INBOX}webhook/remove/")
    assert NotificationSettings.objects.get().webhook_url == ""


def test_a_delivery_whose_attempts_all_broke_off_is_given_up(alice: User, receiver: Receiver) -> None:
    webhook_set(alice, url=receiver.url)
    tell(alice)
    Delivery.objects.update(attempts=attempts.MOST_ATTEMPTS)
    deliver(alice, Delivery.objects.get().pk)
    assert Delivery.objects.get().state == "failed"
    assert receiver.requests == []


def test_a_stranger_opens_reads_and_repeats_nothing(
    alice: User, charlie_client: Client, receiver: Receiver
) -> None:
    webhook_set(alice, url=receiver.url)
    told, delivery = tell(alice), Delivery.objects.get()
    foreign = charlie_client.get(f"{INBOX}{told.pk}/")
    absent = charlie_client.get(f"{INBOX}987654321/")
    assert foreign.status_code == absent.status_code == 403
    assert escape(FORBIDDEN_MESSAGE) in foreign.text
    for path, sent in (
        ("read/", {"notification": told.pk}),
        (f"deliveries/{delivery.pk}/again/", {}),
    ):
        assert charlie_client.post(INBOX + path, sent).status_code == 403
    assert "Run 1 failed" not in charlie_client.get(INBOX).text
    assert "Run 1 failed" not in charlie_client.get(SETTINGS).text
    assert charlie_client.get(f"/live/?topics=inbox:{alice.pk}").status_code == 403
    assert unread_count(alice) == 1


def test_the_api_lists_reads_and_chooses(alice: User, alice_http: APIClient) -> None:
    told = tell(alice)
    [row] = alice_http.get(API).data["results"]
    assert (row["id"], row["kind"], row["subject"], row["read_at"]) == (
        told.pk,
        "run_failed",
        "Run 1 failed",
        None,
    )
    assert alice_http.post(f"{API}read/", {"ids": [told.pk]}).data == {"read": 1}
    assert alice_http.get(f"{API}?unread=true").data["results"] == []
    assert alice_http.get(f"{API}?unread=perhaps").status_code == 400
    changed = alice_http.patch(f"{API}choices/", {"run_failed": ["inbox"]})
    assert changed.data["run_failed"] == ["inbox"]
    assert changed.data["run_finished"] == ["inbox", "webhook"]
    assert alice_http.get(f"{API}choices/").data == changed.data
    for bad in ({"run_failed": "inbox"}, {"moon_full": ["inbox"]}, ["inbox"], {"run_failed": [1]}):
        assert alice_http.patch(f"{API}choices/", bad).status_code == 400


def test_the_api_sets_tests_and_removes_a_webhook(
    alice: User, alice_http: APIClient, receiver: Receiver
) -> None:
    made = alice_http.put(f"{API}webhook/", {"url": receiver.url})
    assert made.data["secret"].startswith("whsec_")
    assert alice_http.get(f"{API}webhook/").data["url"] == receiver.url
    assert "secret" not in alice_http.get(f"{API}webhook/").data
    assert alice_http.post(f"{API}test/").status_code == 201
    [delivery] = alice_http.get(f"{API}deliveries/").data["results"]
    assert (delivery["state"], delivery["channel"]) == ("waiting", "webhook")
    assert alice_http.post(f"{API}deliveries/{delivery['id']}/again/").status_code == 409
    assert alice_http.delete(f"{API}webhook/").status_code == 204
    refused = alice_http.put(f"{API}webhook/", {"url": "http://169.254.169.254/"})
    assert (refused.status_code, list(refused.data["error"]["fields"])) == (400, ["url"])


def test_the_api_shows_a_stranger_nothing(alice: User, charlie: User, api_client: APIClient) -> None:
    told = tell(alice)
    api_client.force_login(charlie)
    assert api_client.get(API).data["results"] == []
    assert api_client.post(f"{API}read/", {"ids": [told.pk]}).status_code == 403
    assert api_client.post(f"{API}deliveries/1/again/").status_code == 403


def test_staff_see_deliveries_in_the_admin_but_no_address_and_no_secret(
    alice: User, receiver: Receiver
) -> None:
    webhook_set(alice, url=f"{receiver.url}/hidden-path")
    told = tell(alice)
    browser = as_in_production(Client())
    browser.force_login(User.objects.create_superuser("root"))
    assert "Run 1 failed" in browser.get("/admin/profiles/notification/").text
    assert "waiting" in browser.get("/admin/profiles/delivery/").text
    delivery = told.deliveries.get()
    page = browser.get(f"/admin/profiles/delivery/{delivery.pk}/change/").text
    assert "hidden-path" not in page
    assert browser.get("/admin/profiles/notificationsettings/").status_code == 404
