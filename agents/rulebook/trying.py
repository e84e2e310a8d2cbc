"""Trying a rule on a past run: its recorded decisions are taken again with the rule, and what it says to them is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from agents.recorded import recorded_load
from agents.whatif.difference import verdict_to_json, words
from agents.whatif.report import drift_of
from agents.whatif.simulate import Simulated, simulate
from agents.whatif.terms import Terms
from core.errors import UserError
from reasoning.codec import intent_to_json
from reasoning.wishes import sentence
from rules.snapshot import RuleSpec, RunLimits
from runs.models import Run
from trading.session import StepResult
from trading.types import Effect, Verdict

MOST_STEPS = 100_000  # taken again while somebody waits for the page


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that the rule did: to an order, to a position, or to the rest of the session."""

    step: int
    at: datetime
    what: str
    verdict: Verdict
    was_sent: bool  # the run sent this order without the rule

    @property
    def done(self) -> str:
        verdict = self.verdict
        if verdict.effect is Effect.RESIZED:
            return f"resized to {verdict.given:,} of {verdict.asked:,}"
        words = {Effect.STOPPED: "stops trading", Effect.LIQUIDATED: "closed"}
        return words.get(verdict.effect, "denied")

    def to_json(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "at": self.at.isoformat(),
            "what": self.what,
            "done": self.done,
            "was_sent": self.was_sent,
            "verdict": verdict_to_json(self.verdict),
        }


@dataclass(frozen=True)
class Tried:
    """A run's decisions with a rule and without it."""

    run: Run
    spec: RuleSpec
    spoken: list[Spoken]
    was_bound: bool  # the run had a rule of this name, which is left out on the side without
    without: Simulated
    with_it: Simulated

    @property
    def earned(self) -> Decimal:
        """Dollars of final equity that the rule brings."""
        return self.with_it.final_equity - self.without.final_equity

    @property
    def denied(self) -> int:
        return sum(each.verdict.effect is Effect.DENIED for each in self.spoken)

    @property
    def resized(self) -> int:
        return sum(each.verdict.effect is Effect.RESIZED for each in self.spoken)

    @property
    def closed(self) -> int:
        return sum(each.verdict.effect is Effect.LIQUIDATED for each in self.spoken)

    @property
    def stopped(self) -> int:
        return sum(each.verdict.effect is Effect.STOPPED for each in self.spoken)

    @property
    def drift(self) -> str:
        return drift_of(self.without) if not self.was_bound else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run.pk,
            "rule": self.spec.name,
            "compared": "same decisions, with and without the rule",
            "was_bound": self.was_bound,
            "denied": self.denied,
            "resized": self.resized,
            "closed": self.closed,
            "stopped": self.stopped,
            "final_equity": str(self.with_it.final_equity),
            "final_equity_without": str(self.without.final_equity),
            "earned": str(self.earned),
            "spoken": [each.to_json() for each in self.spoken],
        }


def rule_try(run: Run, spec: RuleSpec) -> Tried:
    """Take an accessed run's decisions again with the rule and without. Writes nothing. Raises UserError."""
    if run.cursor > MOST_STEPS:
        raise UserError(f"Run {run.number} has {run.cursor:,} steps, too many to wait for here.")
    recorded = recorded_load(run)
    as_it_was = simulate(recorded)
    names = {rule.name.casefold() for rule in RunLimits.read(run.snapshot).rules}
    was_bound = spec.name.casefold() in names
    without = simulate(recorded, Terms(without=(spec.name,)), as_it_was=as_it_was) if was_bound else as_it_was
    with_it = simulate(recorded, Terms(added=(spec,)), as_it_was=as_it_was)
    return Tried(run, spec, spoken_in(with_it, without, spec), was_bound, without, with_it)


def spoken_in(with_it: Simulated, without: Simulated, spec: RuleSpec) -> list[Spoken]:
    """Everything that the rule did, in order."""
    source = f"rule: {spec.name}"
    found = [
        Spoken(wish.step, answer.at, words(answer), verdict, without.witness.answers[wish].has_passed)
        for wish, answer in sorted(with_it.witness.answers.items())
        for verdict in answer.approval.verdicts
        if verdict.source == source
    ]
    for result in with_it.batch.eventful:
        found += by_itself(result, source)
    return sorted(found, key=lambda each: each.step)


def by_itself(result: StepResult, source: str) -> list[Spoken]:
    """What the rule did at a bar without an order: it closed what was held, or stopped trading."""
    wishes = len(result.decision.intents)
    found = []
    for index, verdict in result.verdicts:
        if verdict.source != source or (index is not None and index < wishes):
            continue
        what = "" if index is None else sentence(intent_to_json(result.forced[index - wishes]))
        found.append(Spoken(result.step, result.now, what, verdict, was_sent=False))
    return found
