"""Encrypting stored keys anew, so that an old encryption key can be dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Model

from core.crypto import SecretLost, rotate
from market.models import FeedKey, FeedSite
from profiles.llm.models import LLMDefaults, LLMEndpoint
from profiles.notifications.models import NotificationSettings


@dataclass
class Rotation:
    """How many keys are encrypted with the newest key now, and whose fit none of those that there are."""

    done: int = 0
    lost: list[str] = field(default_factory=list)

    def take(self, row: Model, name: str, column: str = "key_encrypted") -> None:
        """Encrypt the secret of a locked row anew; nothing else of the row changes."""
        try:
            token = rotate(bytes(getattr(row, column)))
        except SecretLost:
            self.lost.append(name)
            return
        type(row)._default_manager.filter(pk=row.pk).update(**{column: token})
        self.done += 1


@transaction.atomic
def keys_rotate() -> Rotation:
    """Encrypt every stored key with the newest encryption key. Safe to repeat, and while the site runs.

    For the role that owns the tables: row-level security shows others one user's rows only.
    """
    found = Rotation()
    for defaults in LLMDefaults.objects.exclude(key_encrypted=b"").select_for_update():
        found.take(defaults, f"the site's endpoint {defaults.name!r}")
    endpoints = LLMEndpoint.objects.exclude(key_encrypted=b"").select_related("user").order_by("pk")
    for endpoint in endpoints.select_for_update(of=("self",)):
        found.take(endpoint, f"endpoint {endpoint.name!r} of {endpoint.user}")
    for site in FeedSite.objects.exclude(key_encrypted=b"").select_for_update():
        found.take(site, f"the site's key of {site.feed}")
    for key in FeedKey.objects.select_related("user").order_by("pk").select_for_update(of=("self",)):
        found.take(key, f"the key of {key.user} for {key.feed}")
    hooks = (
        NotificationSettings.objects.exclude(webhook_secret_encrypted=b"")
        .select_related("user")
        .order_by("pk")
    )
    for hook in hooks.select_for_update(of=("self",)):
        found.take(hook, f"the webhook's secret of {hook.user}", "webhook_secret_encrypted")
    return found
