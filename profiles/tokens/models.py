"""Table of API tokens. A token itself is shown once and never stored; its digest is."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from core.models import OwnedModel


class Scope(models.TextChoices):
    READ = "read", "Read only"
    TRADE = "trade", "Read, start and change"


class ApiToken(OwnedModel):
    """What a program shows instead of a password, with an end and a reach of its own."""

    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of the token, hex
    hint = models.CharField(max_length=12, editable=False)  # how it begins, to tell it from others
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)  # to the minute
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name

    def is_valid_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at
