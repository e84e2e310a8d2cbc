"""Whose limits spoke up in a run: every rule of its snapshot, and every gate that said anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from agents.earned.models import SubjectKind
from agents.whatif.simulate import Simulated
from agents.whatif.terms import ALWAYS, EVERY_RULE, GATE, RULE
from reasoning.codec import intent_to_json
from reasoning.wishes import sentence
from rules.gates import GATES, daily_loss
from rules.halts import STOPPED
from rules.rule_checks import sentence_of
from rules.snapshot import RuleSpec
from trading.session import StepResult
from trading.types import Effect, Verdict

# The gate of the daily loss also stops trading for the day, where the profile wants that.
GATE_OF_CODE = {STOPPED: daily_loss.GATE} | {code: gate for gate in GATES for code in gate.codes}
STRONGEST_FIRST = (Effect.LIQUIDATED, Effect.STOPPED, Effect.DENIED, Effect.RESIZED)
BLOCKING = frozenset({Effect.STOPPED, Effect.DENIED})


@dataclass(slots=True)
class Subject:
    """A rule or gate, and to how many orders it did what in the run as it was."""

    kind: SubjectKind
    name: str
    sentence: str
    version: int | None = None
    effects: Counter[Effect] = field(default_factory=Counter)
    denied_alone: int = 0  # orders that nothing else spoke against
    blocked: Counter[str] = field(default_factory=Counter)  # what was asked for, in words

    @property
    def fired(self) -> int:
        """How often it spoke up; twice about the same order is once."""
        return self.effects.total()

    @property
    def denied(self) -> int:
        return sum(self.effects[effect] for effect in BLOCKING)

    @property
    def term(self) -> str:
        """What leaves it out of a what-if."""
        if self.kind is SubjectKind.EVERY_RULE:
            return EVERY_RULE
        return f"{GATE if self.kind is SubjectKind.GATE else RULE}{self.name}"

    @property
    def not_priced(self) -> str:
        """Why a run without it says nothing; "" where it does."""
        if self.kind is SubjectKind.GATE and self.name in ALWAYS:
            return "It says what an order is; without it there is nothing to simulate."
        return ""

    def note(self, said: Said, mine: Sequence[Verdict]) -> None:
        """Count an order about which this one said something, perhaps beside others."""
        effects = {verdict.effect for verdict in mine}
        strongest = next(effect for effect in STRONGEST_FIRST if effect in effects)
        self.effects[strongest] += 1
        if said.wish and strongest in BLOCKING:
            self.blocked[said.wish] += 1
            self.denied_alone += len(mine) == len(said.verdicts)


class Said(NamedTuple):
    """All that was said at once: about one order, or about none."""

    wish: str  # the order in words, "" where it is about none
    verdicts: list[Verdict]


def subjects_of(run: Simulated, rules: Sequence[RuleSpec]) -> list[Subject]:
    """All rules together where there are several, each rule, and each gate that spoke, in the order they are asked."""
    by_rule = {
        rule.name: Subject(SubjectKind.RULE, rule.name, sentence_of(rule), rule.version) for rule in rules
    }
    by_gate: dict[str, Subject] = {}
    together = Subject(
        SubjectKind.EVERY_RULE, "All rules together", "Every rule of the run left out at once."
    )
    for said in all_said(run):
        owners = [owner_of(verdict, by_rule, by_gate) for verdict in said.verdicts]
        for subject in {id(owner): owner for owner in owners}.values():
            subject.note(
                said, [v for v, owner in zip(said.verdicts, owners, strict=True) if owner is subject]
            )
        of_rules = [
            verdict
            for verdict, owner in zip(said.verdicts, owners, strict=True)
            if owner.kind is SubjectKind.RULE
        ]
        if of_rules:
            together.note(said, of_rules)
    gates = [by_gate[gate.name] for gate in GATES if gate.name in by_gate]
    return [*([together] if len(by_rule) > 1 else []), *by_rule.values(), *gates]


def owner_of(verdict: Verdict, by_rule: dict[str, Subject], by_gate: dict[str, Subject]) -> Subject:
    """The rule that a verdict names, or else the gate whose code it has, whoever set the gate's limit."""
    if verdict.source.startswith(RULE):
        return by_rule[verdict.source.removeprefix(RULE)]
    gate = GATE_OF_CODE[verdict.code]
    return by_gate.setdefault(gate.name, Subject(SubjectKind.GATE, gate.name, gate.sentence))


def all_said(run: Simulated) -> Iterator[Said]:
    for result in run.batch.eventful:
        if result.verdicts:
            yield from said_at(result)


def said_at(result: StepResult) -> Iterator[Said]:
    by_order: dict[int, list[Verdict]] = {}
    for index, verdict in result.verdicts:
        if index is None:
            yield Said("", [verdict])
        else:
            by_order.setdefault(index, []).append(verdict)
    asked = (*result.decision.intents, *result.forced)
    for index, verdicts in by_order.items():
        yield Said(sentence(intent_to_json(asked[index])), verdicts)
