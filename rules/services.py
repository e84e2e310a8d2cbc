"""Writes of rules. Each is one transaction, locks the Model first, and leaves a version behind.

A run uses the rules of its snapshot: nothing here reaches one that has started.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.errors import Conflict, UserError
from core.live import publish_on_commit
from profiles.models import TradingModel
from profiles.selectors import access_model
from profiles.validate import known_fields
from rules.kinds import KINDS
from rules.models import Author, Rule, RuleEvent, RuleVersion
from rules.selectors import access_rule, rules_of
from rules.validate import MOST_NAME, MOST_RULES, cleaned, validate_rule

RULE_FIELDS = (
    "name",
    "description",
    "kind",
    "params",
    "verb",
    "applies_to_assets",
    "applies_to_symbols",
    "exclude_symbols",
    "priority",
    "is_active",
)


@transaction.atomic
def rule_create(
    user: User, model_id: int, /, *, created_by: str = Author.USER, by: str = "", **values: Any
) -> Rule:
    """Add a rule to a Model; kind and params are needed, the rest has defaults. Raises UserError by field.

    `by` is who is on record as the writer, the user unless told.
    """
    known_fields(values, RULE_FIELDS)
    model = access_model(user, model_id, lock=True)
    require_room(model)
    rule = Rule(user=model.user, model=model, created_by=created_by, verb="")
    fill(rule, values)
    rule.name = rule.name or free_name(model, title_of(rule.kind))
    validate_rule(rule)
    rule.position = next_position(rule)
    rule.save()
    return record(rule, RuleEvent.CREATED, by or user.get_username())


@transaction.atomic
def rule_update(
    user: User, rule_id: int, /, *, seen_version: int | None = None, by: str = "", **changes: Any
) -> Rule:
    """Change the fields that were sent and no others; without a difference there is no new version.

    `seen_version` is what the writer had before their eyes: raises Conflict when there is a newer one by now.
    """
    known_fields(changes, RULE_FIELDS)
    rule = locked(user, rule_id)
    if seen_version is not None and seen_version != rule.version:
        raise Conflict(
            f"“{rule.name}” was changed meanwhile: you saw version {seen_version}, it is at {rule.version}. "
            "Look at it again before you save."
        )
    if "kind" in changes and changes["kind"] != rule.kind:
        message = "A rule keeps its kind. Make a new rule, and delete this one."
        raise UserError(message, fields={"kind": message})
    before = values_of(rule)
    fill(rule, changes)
    validate_rule(rule)
    if rule.priority != before["priority"]:
        rule.position = next_position(rule)
    return changed(rule, before, by or user.get_username())


@transaction.atomic
def rule_activate(user: User, rule_id: int, /, *, by: str = "") -> Rule:
    """Let the rule bind the runs that start from now on. Raises UserError for one that can't be enforced any more."""
    return rule_update(user, rule_id, by=by, is_active=True)


@transaction.atomic
def rule_deactivate(user: User, rule_id: int, /, *, by: str = "") -> Rule:
    """Switch a rule off, whatever is wrong with it."""
    rule = locked(user, rule_id)
    before = values_of(rule)
    rule.is_active = False
    return changed(rule, before, by or user.get_username())


@transaction.atomic
def rule_move(user: User, rule_id: int, /, *, is_up: bool, by: str = "") -> Rule:
    """Swap a rule with the next one of its category, above or below, whose priority it takes; at an end it stays."""
    rule = locked(user, rule_id)
    before = values_of(rule)
    order = [rule if other.pk == rule.pk else other for other in rules_of(rule.model)]
    peers = [other for other in order if other.category == rule.category]
    target = peers.index(rule) + (-1 if is_up else 1)
    if not 0 <= target < len(peers):
        return rule
    rule.priority = peers[target].priority
    order.remove(rule)
    order.insert(order.index(peers[target]) + (not is_up), rule)
    renumber(order)
    publish_on_commit(f"model:{rule.model_id}")
    return changed(rule, before, by or user.get_username())


@transaction.atomic
def rule_delete(user: User, rule_id: int, /, *, by: str = "") -> Rule:
    """Take a rule away. Its history stays readable, and it can be restored."""
    rule = locked(user, rule_id)
    rule.deleted_at = timezone.now()
    rule.version += 1
    rule.save(update_fields=["deleted_at", "version", "updated_at"])
    return record(rule, RuleEvent.DELETED, by or user.get_username())


@transaction.atomic
def rule_restore(user: User, rule_id: int, /, *, by: str = "") -> Rule:
    """Bring a deleted rule back, under another name if its own is taken. Raises UserError for one that can't be enforced."""
    rule = locked(user, rule_id, deleted=True)
    require_room(rule.model)
    rule.deleted_at = None
    rule.name = free_name(rule.model, rule.name)
    validate_rule(rule)
    rule.version, rule.position = rule.version + 1, next_position(rule)
    rule.save()
    return record(rule, RuleEvent.RESTORED, by or user.get_username())


@transaction.atomic
def rules_copy(source: TradingModel, copy: TradingModel) -> None:
    """Give a clone the rules of the Model it was made from, so that nothing binding is lost on the way."""
    for rule in rules_of(source):
        rule.pk, rule.model, rule.version = None, copy, 1
        rule._state.adding = True
        rule.save()
        record(rule, RuleEvent.CREATED, source.user.get_username())


def locked(user: User, rule_id: int, *, deleted: bool = False) -> Rule:
    """The rule, with its Model locked first: every write of a Model's rules queues there."""
    rule = access_rule(user, rule_id, deleted=deleted)
    access_model(user, rule.model_id, lock=True)
    return access_rule(user, rule_id, deleted=deleted, lock=True)


def require_room(model: TradingModel) -> None:
    if rules_of(model).count() >= MOST_RULES:
        raise Conflict(f"A Model has at most {MOST_RULES} rules. Delete one that is no longer needed.")


def fill(rule: Rule, values: dict[str, Any]) -> None:
    for name, value in cleaned(values).items():
        setattr(rule, name, value)


def values_of(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULE_FIELDS}


def changed(rule: Rule, before: dict[str, Any], by: str) -> Rule:
    """Save a rule and its new version, if anything of it is different."""
    different = {name for name, value in values_of(rule).items() if value != before[name]}
    if not different:
        return rule
    event = RuleEvent.CHANGED
    if different == {"is_active"}:
        event = RuleEvent.ACTIVATED if rule.is_active else RuleEvent.DEACTIVATED
    rule.version += 1
    rule.save()
    return record(rule, event, by)


def record(rule: Rule, event: RuleEvent, by: str) -> Rule:
    RuleVersion.objects.create(
        user_id=rule.user_id,
        rule=rule,
        number=rule.version,
        event=event,
        values=values_of(rule),
        changed_by=by,
    )
    publish_on_commit(f"model:{rule.model_id}")
    return rule


def next_position(rule: Rule) -> int:
    others = rules_of(rule.model).filter(priority=rule.priority).exclude(pk=rule.pk)
    return int(others.aggregate(last=Max("position"))["last"] or 0) + 1


def renumber(order: list[Rule]) -> None:
    for position, rule in enumerate(order, 1):
        if rule.position != position:
            rule.position = position
            Rule.objects.filter(pk=rule.pk).update(position=position)


def title_of(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else "Rule"


def free_name(model: TradingModel, name: str) -> str:
    """The name, with 2, 3… behind it when the Model has a rule of that name."""
    taken = set(rules_of(model).values_list("name", flat=True))
    if name not in taken:
        return name
    return next(
        free
        for count in range(2, len(taken) + 3)
        if (free := f"{name[: MOST_NAME - 4]} {count}") not in taken
    )
