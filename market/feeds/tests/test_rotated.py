"""Keys of feeds are encrypted anew together with all other secrets."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.contrib.auth.models import User

from core.rls import acting_as
from market.feeds.keys import key_read, key_store, site_key_set
from market.feeds.polygon import PolygonFeed
from market.models import FeedKey, FeedSite
from profiles.llm.rotation import keys_rotate


def test_after_a_rotation_the_old_encryption_key_can_go(alice: User, settings: Any) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [old]
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, ["alice-key"])
    site = FeedSite(feed="polygon")
    site_key_set(site, PolygonFeed, ["site-key"])
    site.save()
    settings.ENCRYPTION_KEYS = [new, old]
    found = keys_rotate()
    assert (found.done, found.lost) == (2, [])
    settings.ENCRYPTION_KEYS = [new]
    assert key_read(FeedKey.objects.get().key_encrypted, alice.pk, "polygon") == ("alice-key",)
    assert key_read(FeedSite.objects.get().key_encrypted, None, "polygon") == ("site-key",)
