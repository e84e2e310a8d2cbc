"""Keys of feeds: they come in, are encrypted, and never come out but to the feed itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from core.crypto import decrypt, encrypt
from core.errors import UserError
from market.feed_models import FeedKey, FeedSite
from market.feeds.base import Feed

MOST_KEY = 500


@transaction.atomic
def key_store(user: User, feed: type[Feed], parts: Sequence[str]) -> FeedKey:
    """Keep the user's key of a feed, in place of one that is there. Raises UserError for one that can't be a key."""
    secret = joined(feed, parts)
    encrypted = encrypt(secret, owner=owner_of(user.pk, feed.name))
    key, _ = FeedKey.objects.update_or_create(
        user=user, feed=feed.name, defaults={"key_encrypted": encrypted}
    )
    return key


@transaction.atomic
def key_remove(user: User, feed: type[Feed]) -> None:
    FeedKey.objects.owned_by(user).filter(feed=feed.name).delete()


def site_key_set(site: FeedSite, feed: type[Feed], parts: Sequence[str]) -> None:
    """Encrypt the site's key into a row in memory; no parts remove it. Raises UserError."""
    site.key_encrypted = encrypt(joined(feed, parts), owner=owner_of(None, feed.name)) if any(parts) else b""


def key_read(token: bytes | memoryview, user_id: int | None, feed: str) -> tuple[str, ...]:
    """The parts of a key, for the feed that asks with it. Raises SecretLost."""
    return tuple(decrypt(bytes(token), owner=owner_of(user_id, feed)).split("\n"))


def keys_known(user: User) -> Mapping[str, FeedKey]:
    """The user's keys by feed; of a key only that there is one."""
    return {key.feed: key for key in FeedKey.objects.owned_by(user).defer("key_encrypted")}


def fingerprint(key: Sequence[str]) -> str:
    """What tells keys apart without telling them."""
    return hashlib.sha256("\n".join(key).encode()).hexdigest()[:16] if key else "none"


def owner_of(user_id: int | None, feed: str) -> str:
    return f"market.feedsite {feed}" if user_id is None else f"market.feedkey {feed} of user {user_id}"


def joined(feed: type[Feed], parts: Sequence[str]) -> str:
    wanted = feed.about.key_parts
    if not wanted:
        raise UserError(f"{feed.label} takes no key.")
    parts = [part.strip() for part in parts]
    if len(parts) != len(wanted) or not all(parts):
        raise UserError(f"The key of {feed.label} consists of: {', '.join(wanted)}. All of it is wanted.")
    for part in parts:
        if len(part) > MOST_KEY or not part.isascii() or not part.isprintable() or " " in part:
            raise UserError(f"A key should be up to {MOST_KEY} printable ASCII characters without blanks.")
    return "\n".join(parts)
