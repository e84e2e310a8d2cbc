"""Reading rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.models import Rule
from rules.snapshot import RuleSpec

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from profiles.models import TradingModel

SNAPSHOT_FIELDS = ("id", *RuleSpec.model_fields)


def access_rule(user: User | AnonymousUser, rule_id: int, *, lock: bool = False) -> Rule:
    """Return the user's own rule; raises Forbidden for any other."""
    return Rule.objects.access(user, lock=lock, pk=rule_id)


def rules_for_snapshot(model: TradingModel) -> list[dict[str, Any]]:
    """The active rules of a Model as a run's snapshot keeps them, in the order in which they are applied."""
    active = Rule.objects.owned_by(model.user).filter(model=model, is_active=True)
    return list(active.order_by("-priority", "name").values(*SNAPSHOT_FIELDS))
