"""Starter sets beside a Model: what of each can be enforced here, and adding one."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from core.errors import UserError
from profiles.models import TradingModel
from profiles.selectors import access_model
from rules.kinds import KINDS
from rules.models import Author, Rule, Verb
from rules.needs import missing_data
from rules.param_problems import params_read
from rules.rows import SHORT
from rules.selectors import rules_of
from rules.services import free_name, rule_create, title_of
from rules.starters import STARTERS, Starter, StarterRule, params_of, starter_get


class StarterLine(NamedTuple):
    limit: str
    does: str
    problem: str  # why it can't be enforced here; "" when it can


class StarterRow(NamedTuple):
    name: str
    title: str
    about: str
    fits: bool  # made for the Model's style
    lines: list[StarterLine]
    left_out: tuple[str, ...]

    @property
    def enforceable(self) -> int:
        return sum(not line.problem for line in self.lines)


class Added(NamedTuple):
    rules: list[Rule]
    already: int  # that the Model had, word for word
    refused: list[str]  # titles with the reason

    @property
    def words(self) -> str:
        parts = [f"{len(self.rules)} rules added."]
        if self.already:
            parts.append(f"{self.already} were there already.")
        return " ".join([*parts, *self.refused])


def starter_rows(model: TradingModel) -> list[StarterRow]:
    """Every starter set, those of the Model's style first."""
    rows = [
        StarterRow(
            name=starter.name,
            title=starter.title,
            about=starter.about,
            fits=starter.style == model.trading_style,
            lines=[line_of(model, given) for given in starter.rules],
            left_out=starter.left_out,
        )
        for starter in STARTERS.values()
    ]
    return sorted(rows, key=lambda row: not row.fits)


def line_of(model: TradingModel, given: StarterRule) -> StarterLine:
    kind = KINDS[given.kind]
    params, _ = params_read(kind.params, params_of(given))
    assert params is not None, f"{given.kind}: the parameters of a starter set should be sound"
    verb = given.verb or kind.verbs[0]
    problem = missing_data(Rule(user=model.user, model=model, kind=given.kind)) if kind.needs else ""
    return StarterLine(kind.says(params), SHORT[Verb(verb)], problem)


@transaction.atomic
def starter_add(user: User, model_id: int, name: str) -> Added:
    """Add a starter set to the rules that a Model has. What can't be enforced here is left out, and told."""
    model, starter = access_model(user, model_id, lock=True), starter_get(name)
    there = [(rule.kind, rule.params) for rule in rules_of(model)]
    rules: list[Rule] = []
    already, refused = 0, []
    for given in starter.rules:
        if (given.kind, stored_params(given)) in there:
            already += 1
            continue
        try:
            rules.append(add(user, model, starter, given))
        except UserError as error:
            refused.append(f"Left out “{given.name or title_of(given.kind)}”: {error.message}")
    return Added(rules, already, refused)


def stored_params(given: StarterRule) -> dict[str, object]:
    params, _ = params_read(KINDS[given.kind].params, params_of(given))
    return {} if params is None else params.model_dump(mode="json")


def add(user: User, model: TradingModel, starter: Starter, given: StarterRule) -> Rule:
    with transaction.atomic():
        return rule_create(
            user,
            model.pk,
            kind=given.kind,
            params=params_of(given),
            verb=given.verb,
            name=free_name(model, given.name or title_of(given.kind)),
            description=f"From the starter set “{starter.title}”.",
            created_by=Author.TEMPLATE,
        )
