"""The checks of a run's own rules. A rule that cannot be enforced denies: it is never accepted and skipped."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Check
from rules.kinds import KINDS, BadRule, RuleKind
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.snapshot import RuleSpec
from trading.ledger import Account
from trading.types import Verdict

UNENFORCEABLE = "RULE_UNENFORCEABLE"


def rule_checks(rules: Sequence[RuleSpec]) -> tuple[Check, ...]:
    """One check for each rule, in the rules' order; each asks only about what its rule looks at."""
    return tuple(_within_scope(rule, _check_of(rule)) for rule in rules)


def sentence_of(rule: RuleSpec) -> str:
    """The rule in plain English, or why it denies everything that it looks at."""
    try:
        return _kind_of(rule).sentence(rule)
    except BadRule as problem:
        return f"cannot be enforced, so nothing is opened: {problem}"


def _check_of(rule: RuleSpec) -> Check:
    try:
        return _kind_of(rule).check_of(rule)
    except BadRule as problem:
        return _deny(rule, str(problem))


def _kind_of(rule: RuleSpec) -> RuleKind:
    kind = KINDS.get(rule.kind)
    if kind is None:
        known = ", ".join(sorted(KINDS)) or "none yet"
        raise BadRule(f"there is no kind of rule called '{rule.kind}'; known: {known}")
    if rule.verb not in kind.verbs:
        raise BadRule(f"'{rule.verb}' is no way to enforce it; possible: {', '.join(sorted(kind.verbs))}")
    return kind


def _deny(rule: RuleSpec, reason: str) -> Check:
    source = f"rule: {rule.name}"
    message = f"The rule '{rule.name}' cannot be enforced, so nothing is opened: {reason}."

    def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
        return (Verdict(UNENFORCEABLE, message, source, symbol=order.symbol),)

    return check


def _within_scope(rule: RuleSpec, inner: Check) -> Check:
    def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
        return inner(order, account, limits) if rule.looks_at(order.symbol, order.asset) else PASSED

    return check
