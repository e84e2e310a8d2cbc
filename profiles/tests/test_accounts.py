from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from profiles.services import profile_update

LOGIN = reverse("profiles:login")
GOOD = {"username": "alice", "password": "correct horse"}


def test_logging_in_and_out(alice: User, client: Client) -> None:
    assert client.post(LOGIN, GOOD).headers["Location"] == "/"
    assert client.get(reverse("profiles:model-list")).status_code == 200
    logout = reverse("profiles:logout")
    assert client.get(logout).status_code == 405, "no link or picture logs anybody out"
    assert client.post(logout).headers["Location"] == LOGIN
    assert client.get(reverse("profiles:model-list")).status_code == 302


def test_a_wrong_password_and_an_unknown_name_look_alike(alice: User, client: Client) -> None:
    answers = [
        client.post(LOGIN, {"username": name, "password": "wrong"}).context["form"].non_field_errors()
        for name in ("alice", "nobody")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/models/new/", "/models/new/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        (r"\\evil.example", "/"),
    ],
)
def test_the_login_leads_back_but_never_to_another_site(
    alice: User, client: Client, wanted: str, where: str
) -> None:
    assert client.post(LOGIN, {**GOOD, "next": wanted}).headers["Location"] == where


def test_guessing_passwords_is_slowed_down(alice: User, charlie: User, client: Client) -> None:
    for _ in range(9):
        assert client.post(LOGIN, {**GOOD, "password": "wrong"}).status_code == 200
    locked = client.post(LOGIN, {**GOOD, "password": "wrong"})
    assert locked.status_code == 429
    assert "Wait 15 min, then try again." in locked.text
    assert client.post(LOGIN, GOOD).status_code == 429, "even the right password waits"
    other = {"username": "charlie", "password": "battery staple"}
    assert client.post(LOGIN, other).status_code == 302, "others are not locked out with alice"


def test_the_zone_of_the_profile_holds_from_the_login_on(alice: User, client: Client) -> None:
    profile_update(alice, timezone="Asia/Tokyo")
    client.post(LOGIN, GOOD)
    assert 'data-timezone="Asia/Tokyo"' in client.get(reverse("profiles:model-list")).text


def test_signing_up_logs_in_and_greets(client: Client) -> None:
    url = reverse("profiles:sign-up")
    answer = client.post(url, {"username": "dora", "password": "a long enough one"}, follow=True)
    assert answer.redirect_chain == [(reverse("profiles:model-list"), 302)]
    assert "Welcome, dora." in answer.text
    assert client.get(url).status_code == 302, "who is logged in has no need of it"


def test_a_refused_sign_up_shows_the_reason_and_makes_nobody(alice: User, client: Client) -> None:
    answer = client.post(reverse("profiles:sign-up"), {"username": "Alice", "password": "a long enough one"})
    assert answer.status_code == 422
    assert "The name Alice is taken." in answer.text
    assert User.objects.count() == 1


def test_sign_up_can_be_closed(client: Client, settings: object) -> None:
    settings.SIGN_UP_IS_OPEN = False  # type: ignore[attr-defined]  # pytest-django's wrapper of all settings
    url = reverse("profiles:sign-up")
    assert "Sign-up is closed here." in client.get(url).text
    refused = client.post(url, {"username": "dora", "password": "a long enough one"})
    assert refused.status_code == 422
    assert reverse("profiles:sign-up") not in client.get(LOGIN).text
    assert not User.objects.exists()


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    alice: User, alice_client: Client, client: Client
) -> None:
    client.post(LOGIN, GOOD)
    url = reverse("profiles:password")
    typed = {
        "old_password": "correct horse",
        "new_password1": "another horse",
        "new_password2": "another horse",
    }
    assert "didn’t match" in alice_client.post(url, {**typed, "new_password2": "x"}).text
    assert alice_client.post(url, typed).headers["Location"] == reverse("profiles:profile")
    assert alice_client.get(url).status_code == 200
    assert client.get(url).status_code == 302
