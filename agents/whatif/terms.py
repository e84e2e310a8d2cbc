"""What is to be different: rules and gates left out, rules put in, other fees, slippage or delay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from core.errors import UserError
from profiles.execution.catalogue import BY_NAME
from profiles.execution.check import execution_problems
from profiles.execution.words import fee_words, slippage_words
from rules.gates import GATES
from rules.limits import EffectiveLimits, effective_limits
from rules.snapshot import RuleSpec, RunLimits
from trading.settings import ExecutionSettings

EVERY_RULE = "rules"
GATE, RULE = "gate: ", "rule: "

# What an order is, not how much of it is wise: without these there would be nothing to simulate.
ALWAYS = frozenset(
    {"quantity", "price", "symbol", "market open", "oversell and overcover", "bracket", "replacement"}
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The changes of one what-if; none of them is the run as it was.

    `without` names rules as they are called or as "rule: <name>", gates as "gate: <name>", and "rules" for every rule.
    A rule in `added` takes the place of one of the same name. `execution` holds settings of `trading.settings` by name.
    """

    without: tuple[str, ...] = ()
    added: tuple[RuleSpec, ...] = ()
    execution: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        return {
            "without": list(self.without),
            "with": [rule.model_dump(mode="json") for rule in self.added],
            "execution": {name: plain(value) for name, value in self.execution.items()},
        }


AS_IT_WAS = Terms()


@dataclass(frozen=True)
class Conditions:
    """A run's limits and conventions with some terms applied."""

    snapshot: Mapping[str, Any]
    gates_left_out: frozenset[str]

    @cached_property
    def execution(self) -> ExecutionSettings:
        return ExecutionSettings.from_json(self.snapshot["execution"])

    @cached_property
    def limits(self) -> EffectiveLimits:
        return effective_limits(self.snapshot)


def conditions_of(snapshot: Mapping[str, Any], terms: Terms) -> Conditions:
    """Apply terms to a run's snapshot. Raises UserError naming what isn't there or can't be."""
    rules = RunLimits.read(snapshot).rules
    left_out, gates = names_left_out(rules, terms.without)
    added = {rule.name.casefold() for rule in terms.added}
    kept = [
        given
        for given, rule in zip(snapshot["rules"], rules, strict=True)
        if rule.name not in left_out and rule.name.casefold() not in added
    ]
    put_in = [rule.model_dump(mode="json") for rule in terms.added]
    execution = execution_with(snapshot["execution"], terms.execution)
    return Conditions({**snapshot, "rules": [*kept, *put_in], "execution": execution}, gates)


def names_left_out(rules: Sequence[RuleSpec], without: Iterable[str]) -> tuple[set[str], frozenset[str]]:
    """The rules and the gates that are meant."""
    names = {rule.name.casefold(): rule.name for rule in rules}
    left_out: set[str] = set()
    gates: set[str] = set()
    for wanted in without:
        if wanted.startswith(GATE):
            gates.add(gate_named(wanted.removeprefix(GATE)))
        elif wanted == EVERY_RULE:
            left_out |= set(names.values())
        else:
            left_out.add(rule_named(names, wanted.removeprefix(RULE)))
    return left_out, frozenset(gates)


def rule_named(names: Mapping[str, str], wanted: str) -> str:
    found = names.get(wanted.strip().casefold())
    if found is None:
        known = ", ".join(f"'{name}'" for name in sorted(names.values())) or "no rules"
        message = f"This run has no rule {wanted!r}; it has {known}. A gate is called 'gate: <name>'."
        raise UserError(message, fields={"without": message})
    return found


def gate_named(wanted: str) -> str:
    known = {gate.name for gate in GATES}
    name = wanted.strip().casefold()
    if name not in known:
        message = f"There is no gate {wanted!r}; there are {', '.join(sorted(known))}."
        raise UserError(message, fields={"without": message})
    if name in ALWAYS:
        message = f"The gate '{name}' says what an order is; without it there is nothing to simulate."
        raise UserError(message, fields={"without": message})
    return name


def execution_with(execution: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    problems = execution_problems(changes)
    if problems:
        raise UserError(" ".join(problems.values()), fields=problems)
    return {**execution, **{name: plain(value) for name, value in changes.items()}}


def plain(value: Any) -> Any:
    """A setting as snapshots keep it: amounts as text."""
    return value if value is None or isinstance(value, bool | int) else str(value)


def words_of(terms: Terms, execution: ExecutionSettings) -> str:
    """The changes in a line: "without the rule 'Cap'; fees 5 bp"; `execution` are the conventions with them."""
    parts = [f"without {left_out_words(name)}" for name in terms.without]
    parts += [f"with the rule '{rule.name}'" for rule in terms.added]
    changed = set(terms.execution)
    if any(name.startswith("fee") for name in changed):
        parts.append(f"fees {fee_words(execution)}")
    if any(name.startswith("slippage") for name in changed):
        parts.append(f"slippage {slippage_words(execution)}")
    for name in sorted(changed):
        if not name.startswith(("fee", "slippage")):
            parts.append(f"{BY_NAME[name].label.lower()} {BY_NAME[name].words(getattr(execution, name))}")
    return "; ".join(parts) or "as it was"


def left_out_words(name: str) -> str:
    if name == EVERY_RULE:
        return "any rule"
    if name.startswith(GATE):
        return f"the gate '{name.removeprefix(GATE)}'"
    return f"the rule '{name.removeprefix(RULE)}'"
