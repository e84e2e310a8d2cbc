"""Encrypting stored keys anew, so that an old encryption key can be dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from core.crypto import SecretLost, rotate
from profiles.llm.models import EndpointFields, LLMDefaults, LLMEndpoint


@dataclass
class Rotation:
    """How many keys are encrypted with the newest key now, and whose fit none of those that there are."""

    done: int = 0
    lost: list[str] = field(default_factory=list)

    def take(self, row: EndpointFields, name: str) -> None:
        """Encrypt the key of a locked row anew; nothing else of the row changes."""
        try:
            token = rotate(bytes(row.key_encrypted))
        except SecretLost:
            self.lost.append(name)
            return
        type(row)._default_manager.filter(pk=row.pk).update(key_encrypted=token)
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
    return found
