"""Reading rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from profiles.selectors import profile_get
from rules.limits import GATE_THRESHOLDS, EffectiveLimits, effective_limits
from rules.models import Rule, RuleProposal, RuleVersion
from rules.snapshot import ModelLimits, ProfileLimits, RuleSpec

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from profiles.models import TradingModel

SNAPSHOT_FIELDS = tuple(dict.fromkeys(("id", *RuleSpec.model_fields)))


def access_rule(
    user: User | AnonymousUser,
    rule_id: int,
    *,
    model_id: int | None = None,
    deleted: bool = False,
    lock: bool = False,
) -> Rule:
    """Return the user's own rule, of this Model if one is named; raises Forbidden for any other, and for a deleted one."""
    place = {} if model_id is None else {"model_id": model_id}
    return Rule.objects.access(user, lock=lock, pk=rule_id, deleted_at__isnull=not deleted, **place)


def owner_of(model: TradingModel) -> User:
    """A Model's user by id, which is all that selectors ask for."""
    return User(pk=model.user_id)


def rules_of(model: TradingModel) -> QuerySet[Rule]:
    """The rules of a Model that are not deleted, active or not, in the order in which they are applied."""
    rules = Rule.objects.owned_by(owner_of(model)).filter(model=model, deleted_at__isnull=True)
    return rules.order_by("-priority", "position", "name")


def rules_deleted(model: TradingModel) -> QuerySet[Rule]:
    """The rules of a Model that can be restored, the last deleted first."""
    rules = Rule.objects.owned_by(owner_of(model)).filter(model=model, deleted_at__isnull=False)
    return rules.order_by("-deleted_at")


def rule_versions(rule: Rule) -> QuerySet[RuleVersion]:
    """Every version of a rule, newest first."""
    return RuleVersion.objects.owned_by(User(pk=rule.user_id)).filter(rule=rule).order_by("-number")


def rules_for_snapshot(model: TradingModel) -> list[dict[str, Any]]:
    """The active rules of a Model as a run's snapshot keeps them, in the order in which they are applied."""
    return list(rules_of(model).filter(is_active=True).values(*SNAPSHOT_FIELDS))


def spec_of(rule: Rule) -> RuleSpec:
    """The rule as a run would know it if it started now."""
    return RuleSpec.model_validate({name: getattr(rule, name) for name in RuleSpec.model_fields})


def limits_now(model: TradingModel) -> EffectiveLimits:
    """What would bind a run of the Model that started now."""
    profile = profile_get(owner_of(model))
    return effective_limits(
        {
            "gates": GATE_THRESHOLDS,
            "profile": {name: getattr(profile, name) for name in ProfileLimits.model_fields},
            "model": {name: getattr(model, name) for name in ModelLimits.model_fields},
            "rules": rules_for_snapshot(model),
        }
    )


def access_proposal(
    user: User | AnonymousUser, model_id: int, proposal_id: int, *, lock: bool = False
) -> RuleProposal:
    """Return the user's own proposal for this Model; raises Forbidden for any other."""
    return RuleProposal.objects.access(user, lock=lock, pk=proposal_id, model_id=model_id)
