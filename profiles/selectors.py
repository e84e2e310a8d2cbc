"""Reads of Models and profiles; all start from the user."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from profiles.models import TradingModel, TradingProfile


def access_model(user: User | AnonymousUser, model_id: int, *, lock: bool = False) -> TradingModel:
    """Return the user's Model, archived or not; locked for the transaction if asked. Raises Forbidden."""
    return TradingModel.objects.access(user, lock=lock, pk=model_id)


def models_list(user: User | AnonymousUser, *, archived: bool = False) -> QuerySet[TradingModel]:
    """The user's Models by name: those in use, or those put away."""
    return TradingModel.objects.owned_by(user).filter(archived_at__isnull=not archived)


def profile_get(user: User, *, lock: bool = False) -> TradingProfile:
    """The user's limits. Somebody who has never had a profile (made by a command) has the defaults, unsaved."""
    profiles = TradingProfile.objects.owned_by(user)
    if lock:
        profiles = profiles.select_for_update(of=("self",))
    return profiles.first() or TradingProfile(user_id=user.pk)
