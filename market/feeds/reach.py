"""Where feeds may be. An address comes from settings or staff, never from a user."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from core.errors import UserError
from market.feeds.base import FeedRefused


def url_check(url: str) -> str:
    """The address without a closing slash. Raises UserError saying what is wrong with it."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        has_host = parts.hostname and parts.port != 0
    except ValueError as error:
        raise UserError(f"The address can't be read: {error}.") from None
    if parts.scheme not in ("http", "https") or not has_host:
        raise UserError(f"The address should look like https://data.example.com, was {url[:100]!r}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UserError("The address should carry no user, password, ? or #; a key has its own field.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise UserError(
            f"The address should begin with https://, was {url[:100]!r}: a key would travel in the clear."
        )
    return url


def origin(url: str) -> tuple[str, str]:
    """With whom an address speaks: a key that was entered for one is not sent to another."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reach_check(label: str, url: str) -> None:
    """Raises FeedRefused where feeds are switched off, or only asked on this machine."""
    calls = settings.FEEDS["calls"]
    if calls == "no" or (calls == "loopback" and not is_loopback(urlsplit(url).hostname or "")):
        raise FeedRefused(f"{label} is not asked here: ALLOW_FEED_CALLS is {calls}.")
