"""Handing a parcel to the mail server that the operator named."""

from __future__ import annotations

from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from profiles.notifications.parcel import Parcel, Undelivered


def post(parcel: Parcel) -> None:
    """Send a parcel by mail. Raises Undelivered. Holds no transaction."""
    # The same for all attempts, so that a mailbox shows one that arrived twice once.
    headers = {
        "Message-ID": f"<notification-{parcel.notification_id}@{urlsplit(settings.SITE_URL).hostname}>"
    }
    message = EmailMessage(f"tradelab: {parcel.subject}", text_of(parcel), to=[parcel.to], headers=headers)
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise Undelivered(f"The mail server didn't take it: {type(error).__name__}.") from None


def text_of(parcel: Parcel) -> str:
    choices = settings.SITE_URL + reverse("profiles:notification-settings")
    parts = [parcel.body, parcel.link, f"--\nWhat you are told, and how: {choices}"]
    return "\n\n".join(part for part in parts if part) + "\n"
