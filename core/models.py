"""Owned rows: every table has a user, and every read starts from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from core.errors import Forbidden

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    def owned_by(self, user: User | AnonymousUser) -> Self:
        """Only this user's rows; a user who is not logged in owns none."""
        return self.filter(user_id=user.pk) if user.pk else self.none()

    def access(self, user: User | AnonymousUser, *, lock: bool = False, **lookup: Any) -> M:
        """Return the user's one row that matches, locked for the transaction if asked.

        Raises Forbidden, the same for a row of somebody else's and for none at all.
        """
        rows = self.owned_by(user)
        if lock:
            rows = rows.select_for_update(of=("self",))
        try:
            return rows.get(**lookup)
        except ObjectDoesNotExist:
            raise Forbidden from None


_OwnedManager = models.Manager.from_queryset(OwnedQuerySet)


class OwnedManager(_OwnedManager[M]):
    """Named, so that type checkers know the managers of reverse relations."""


class OwnedModel(models.Model):
    """A row that belongs to one user; its migration enables row-level security."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    objects = OwnedManager()

    class Meta:
        abstract = True


class StaffAccess(models.Model):
    """A request by which staff saw or changed other people's rows in the admin."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "staff accesses"

    def __str__(self) -> str:
        return f"{self.staff} {self.method} {self.path}"
