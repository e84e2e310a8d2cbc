from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from tradelab.mail import mail_settings


def test_without_a_host_mail_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_HOST", raising=False)
    assert mail_settings()["EMAIL_HOST"] == ""


@pytest.mark.parametrize(
    ("security", "starts_tls", "is_tls"),
    [("starttls", True, False), ("tls", False, True), ("none", False, False)],
)
def test_one_word_says_how_the_connection_is_secured(
    monkeypatch: pytest.MonkeyPatch, security: str, starts_tls: bool, is_tls: bool
) -> None:
    monkeypatch.setenv("EMAIL_SECURITY", security)
    found = mail_settings()
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (starts_tls, is_tls)


def test_another_word_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_SECURITY", "yes")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_SECURITY should be one of starttls, tls, none"):
        mail_settings()
