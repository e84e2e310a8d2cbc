"""What is odd about a Model's rules: those that nothing can pass, that never matter, or that contradict each other.

Pure: it knows the rules and the limits of gates, profile and Model. What it can't know by looking is found by trying,
in `rules.trials`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations
from typing import Any, NamedTuple

from rules.kinds import KINDS
from rules.kinds.base import Kind, RuleParams, Verb
from rules.limits import NUMBER_KINDS, EffectiveLimits, Limit
from rules.param_problems import params_read
from rules.snapshot import RuleSpec
from rules.strictness import OF_ONE_SCOPE, is_tighter, let_nothing
from rules.verdicts import owner, shown

MINUTES_OF_A_DAY = 390


class Severity(StrEnum):
    PROBLEM = "problem"  # nothing can be opened, or the rules contradict each other
    IDLE = "idle"  # the rule never matters
    NOTE = "note"  # worth knowing


class Finding(NamedTuple):
    rule: str  # its name
    code: str
    severity: Severity
    message: str
    others: tuple[str, ...] = ()  # the names of the rules that it is about too


class Reading(NamedTuple):
    """A rule with its parameters read."""

    rule: RuleSpec
    kind: Kind[Any]
    params: RuleParams


def lint(rules: Sequence[RuleSpec], limits: EffectiveLimits) -> list[Finding]:
    """Everything that is odd about active rules under the limits of gates, profile and Model, in the rules' order."""
    found: list[Finding] = []
    readings: list[Reading] = []
    for rule in rules:
        reading = read(rule)
        if isinstance(reading, Finding):
            found.append(reading)
        else:
            readings.append(reading)
    for reading in readings:
        found += never_passes(reading)
        found += looks_at_nothing(reading, limits)
        found += wants_a_day(reading)
        # One reason why a rule never matters is enough.
        found += list(idle_beside_limits(reading, limits)) or list(idle_beside_rules(reading, readings))
    found += contradictions(readings)
    order = {rule.name: place for place, rule in enumerate(rules)}
    return sorted(found, key=lambda finding: order[finding.rule])


def read(rule: RuleSpec) -> Reading | Finding:
    kind = KINDS.get(rule.kind)
    if kind is None:
        return unenforceable(rule, f"there is no kind of rule called “{rule.kind}”")
    if rule.verb not in kind.verbs:
        return unenforceable(rule, f"“{rule.verb}” is nothing that it can do")
    params, wrong = params_read(kind.params, rule.params)
    if params is None:
        text = "; ".join(f"{name}: {message.rstrip('.')}" for name, message in wrong.items())
        return unenforceable(rule, text)
    assert isinstance(params, RuleParams)
    return Reading(rule, kind, params)


def unenforceable(rule: RuleSpec, reason: str) -> Finding:
    message = f"It can't be enforced, so it denies everything that it looks at: {reason}."
    return Finding(rule.name, "unenforceable", Severity.PROBLEM, message)


def never_passes(reading: Reading) -> Iterator[Finding]:
    if problem := reading.kind.problem_of(reading.params):
        yield Finding(reading.rule.name, "never_passes", Severity.PROBLEM, problem)


def looks_at_nothing(reading: Reading, limits: EffectiveLimits) -> Iterator[Finding]:
    """A rule about instruments that the Model never trades."""
    rule, allowed = reading.rule, limits.allowed_symbols
    if "equity" not in rule.applies_to_assets:
        message = "It looks at no shares, and only shares can be traded so far, so it never matters."
        yield Finding(rule.name, "no_scope", Severity.IDLE, message)
    elif rule.applies_to_symbols and allowed and not allowed & set(rule.applies_to_symbols):
        message = f"This Model trades {listed(allowed)} only, so it never matters."
        yield Finding(rule.name, "no_scope", Severity.IDLE, message)
    elif allowed and not rule.applies_to_symbols and allowed <= set(rule.exclude_symbols):
        message = "It leaves out every symbol that this Model trades, so it never matters."
        yield Finding(rule.name, "no_scope", Severity.IDLE, message)


def wants_a_day(reading: Reading) -> Iterator[Finding]:
    """A rule that waits for more bars than a run over one session has."""
    if bars := starving(reading, MINUTES_OF_A_DAY):
        message = (
            f"It lets nothing be opened before {bars} bars of a symbol have closed, and a regular session has {MINUTES_OF_A_DAY}"
            " minutes: a run over one day, minute by minute, opens nothing of what it looks at."
        )
        yield Finding(reading.rule.name, "no_bars_left", Severity.NOTE, message)


def starved_by(rules: Sequence[RuleSpec], bars: int) -> list[tuple[str, int]]:
    """The rules that let nothing be opened in a run of so many bars, with how many they wait for; others that can't be
    read are told elsewhere."""
    readings = [reading for reading in map(read, rules) if isinstance(reading, Reading)]
    return [(each.rule.name, wanted) for each in readings if (wanted := starving(each, bars))]


def starving(reading: Reading, bars: int) -> int:
    """How many bars a rule waits for, if none is left then in which an order could fill; else 0."""
    wanted = reading.kind.bars_wanted(reading.params) if reading.kind.bars_wanted else 0
    return wanted if wanted >= bars else 0


def idle_beside_limits(reading: Reading, limits: EffectiveLimits) -> Iterator[Finding]:
    """A cap that a gate, the profile or the Model has tighter anyway."""
    if reading.kind.caps is None:
        return
    for name, value in reading.kind.caps(reading.params).items():
        strictest: Limit | None = next(iter(getattr(limits, name)), None)
        if strictest is None or is_stricter(name, value, strictest.value):
            continue
        whose = owner(strictest.source)
        message = f"It never matters: {whose} allows {shown(strictest.value)} {unit_of(name)} anyway."
        if is_floor(name):
            message = f"It never matters: {whose} wants {shown(strictest.value)} {unit_of(name)} anyway."
        yield Finding(reading.rule.name, "idle_beside_limit", Severity.IDLE, message)


def idle_beside_rules(reading: Reading, all_readings: Sequence[Reading]) -> Iterator[Finding]:
    """A rule that another of its kind repeats, or makes idle by being at least as strict on all that it looks at."""
    place = all_readings.index(reading)
    for other_place, other in enumerate(all_readings):
        if (
            other.rule.name == reading.rule.name
            or other.kind is not reading.kind
            or not covers(other, reading)
        ):
            continue
        others = (other.rule.name,)
        if other.params == reading.params and other.rule.verb == reading.rule.verb:
            if other_place < place or not covers(reading, other):
                message = f"It says the same as “{other.rule.name}”. One of them is enough."
                yield Finding(reading.rule.name, "duplicate", Severity.IDLE, message, others)
        elif is_always_tighter(other, reading):
            yield idle_finding(reading, other)


def is_always_tighter(one: Reading, other: Reading) -> bool:
    """Whether the first, which looks at all that the second looks at, objects wherever the second does."""
    kind = one.kind.name
    if kind in OF_ONE_SCOPE and not covers(other, one):
        return False
    # Where a stricter rule would only make the order smaller, one that denies still denies it.
    if one.rule.verb == Verb.RESIZE and other.rule.verb != Verb.RESIZE:
        return False
    return is_tighter(kind, one.params, other.params)


def contradictions(readings: Sequence[Reading]) -> Iterator[Finding]:
    """Rules of which each can be satisfied, and both together not."""
    for one, other in combinations(readings, 2):
        if not (covers(one, other) or covers(other, one)):
            continue
        if let_nothing(one.kind.name, one.params, other.kind.name, other.params):
            message = f"Together with “{one.rule.name}” it lets nothing be opened."
            yield Finding(other.rule.name, "contradiction", Severity.PROBLEM, message, (one.rule.name,))


def idle_finding(reading: Reading, other: Reading) -> Finding:
    others, name = (other.rule.name,), other.rule.name
    if reading.rule.verb == Verb.RESIZE and other.rule.verb != Verb.RESIZE:
        message = f"It never makes an order smaller: “{name}” is stricter and has denied it by then."
        return Finding(reading.rule.name, "shadowed", Severity.IDLE, message, others)
    if reading.rule.verb in (other.rule.verb, Verb.REJECT_TRADE, Verb.RESIZE):
        message = f"It never matters: “{name}” is stricter."
        return Finding(reading.rule.name, "shadowed", Severity.IDLE, message, others)
    message = f"“{name}” is stricter, so it only comes to act when prices move by themselves."
    return Finding(reading.rule.name, "later", Severity.NOTE, message, others)


def covers(one: Reading, other: Reading) -> bool:
    """Whether the first looks at everything that the second looks at."""
    ours, theirs = one.rule, other.rule
    if not set(theirs.applies_to_assets) <= set(ours.applies_to_assets):
        return False
    if theirs.applies_to_symbols:
        return all(ours.looks_at(symbol, ours.applies_to_assets[0]) for symbol in theirs.applies_to_symbols)
    return not ours.applies_to_symbols and set(ours.exclude_symbols) <= set(theirs.exclude_symbols)


def is_floor(name: str) -> bool:
    return next(kind.is_floor for kind in NUMBER_KINDS if kind.name == name)


def unit_of(name: str) -> str:
    return next(kind.unit for kind in NUMBER_KINDS if kind.name == name)


def is_stricter(name: str, value: Any, than: Any) -> bool:
    return bool(value > than if is_floor(name) else value < than)


def listed(symbols: frozenset[str]) -> str:
    names = sorted(symbols)
    return ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
