"""A run's own rules, read once when its door is made. One that cannot be enforced denies: it is never skipped."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rules.gates.base import PASSED
from rules.kinds import KINDS
from rules.kinds.base import BadRule, Kind, Missing, Need, Verb, Violation
from rules.limits import EffectiveLimits
from rules.market_view import MarketView
from rules.param_problems import params_read
from rules.proposal import Proposal
from rules.situation import Scope, Situation
from rules.snapshot import RuleSpec
from rules.verdicts import RULE
from trading.ledger import Account
from trading.types import Effect, Verdict

UNENFORCEABLE = "RULE_UNENFORCEABLE"
EFFECTS = {Verb.RESIZE: Effect.RESIZED, Verb.STOP_TRADING: Effect.STOPPED}  # on an opening order


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule with the market that it looks at. It is pure: asked twice, it answers the same."""

    spec: RuleSpec
    kind: Kind[Any] | None
    params: Any
    problem: str  # why it cannot be enforced in this run at all
    scope: Scope
    market: MarketView
    limits: EffectiveLimits

    @property
    def source(self) -> str:
        return f"{RULE}{self.spec.name}"

    @property
    def is_watching(self) -> bool:
        """Whether it may act by itself at a bar."""
        acts = self.spec.verb in (Verb.SKIP_MINUTE, Verb.STOP_TRADING, Verb.FORCE_LIQUIDATE)
        return acts and self.kind is not None and self.kind.watch is not None

    def judge(self, order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
        """What speaks against an opening order; its effect says what is to be done."""
        if order.symbol not in self.scope:
            return PASSED
        if self.kind is None:
            return (self.unenforceable(self.problem, order.symbol),)
        try:
            found = self._against(self.kind, order, account)
        except Missing as gap:
            return (self.unenforceable(str(gap), order.symbol),)
        if not found:
            return PASSED
        effect = EFFECTS.get(Verb(self.spec.verb), Effect.DENIED)
        if effect is Effect.STOPPED and any(
            self.source == halt.verdict.source for halt in account.memory.halts
        ):
            effect = Effect.DENIED
        return [self.verdict(violation, effect, order.symbol) for violation in found]

    def watch(self, account: Account) -> Sequence[Violation]:
        """What speaks against the present bar. Raises Missing."""
        assert self.kind is not None
        assert self.kind.watch is not None
        return self.kind.watch(self.params, self._seen(account))

    def about(self, violation: Violation) -> Container[str]:
        """The symbols that a violation of the bar is about: the one it names, or all that the rule looks at."""
        if not violation.symbol:
            return self.scope
        return (violation.symbol,) if violation.symbol in self.scope else ()

    def verdict(self, violation: Violation, effect: Effect, symbol: str = "") -> Verdict:
        code, message, limit, attempted, unit, about = violation
        version = self.spec.version
        return Verdict(
            code, message, self.source, limit, attempted, unit, about or symbol, effect, version=version
        )

    def unenforceable(self, reason: str, symbol: str = "") -> Verdict:
        message = f"The rule '{self.spec.name}' cannot be enforced, so nothing is opened: {reason}."
        return Verdict(UNENFORCEABLE, message, self.source, symbol=symbol, version=self.spec.version)

    def _against(self, kind: Kind[Any], order: Proposal, account: Account) -> Sequence[Violation]:
        seen, verb = self._seen(account), self.spec.verb
        judged: Sequence[Violation] = ()
        if kind.judge is not None and verb != Verb.SKIP_MINUTE:
            judged = kind.judge(self.params, order, seen)
            # What is being closed for one reason is not opened for another.
            if verb != Verb.FORCE_LIQUIDATE or kind.watch is None or judged:
                return judged
        assert kind.watch is not None
        found = kind.watch(self.params, seen)
        if verb == Verb.SKIP_MINUTE:
            return found
        return [violation for violation in found if violation.symbol in ("", order.symbol)]

    def _seen(self, account: Account) -> Situation:
        return Situation(account, self.market.show(account), self.limits, self.scope)


def bind(
    rule: RuleSpec, limits: EffectiveLimits, market: MarketView, option_symbols: frozenset[str] = frozenset()
) -> BoundRule:
    """Read a rule for a run; what cannot be read makes a rule that denies whatever it looks at, and says why."""
    kind, params, problem = None, None, ""
    try:
        kind, params = read(rule)
        if Need.QUOTES in kind.needs and not market.has_quotes:
            raise BadRule("it needs quotes, and this run has none")
    except BadRule as bad:
        kind, problem = None, str(bad)
    return BoundRule(rule, kind, params, problem, Scope(rule, option_symbols), market, limits)


def read(rule: RuleSpec) -> tuple[Kind[Any], Any]:
    """The rule's kind and its checked parameters. Raises BadRule."""
    kind = KINDS.get(rule.kind)
    if kind is None:
        known = ", ".join(sorted(KINDS)) or "none yet"
        raise BadRule(f"there is no kind of rule called '{rule.kind}'; known: {known}")
    if rule.verb not in kind.verbs:
        raise BadRule(f"'{rule.verb}' is no way to enforce it; possible: {', '.join(kind.verbs)}")
    params, problems = params_read(kind.params, rule.params)
    if params is None:
        raise BadRule("; ".join(f"{name}: {text}" for name, text in problems.items()).rstrip("."))
    return kind, params


def needs_of(rules: Iterable[RuleSpec]) -> frozenset[Need]:
    """The data that these rules can't do without, beside the run's bars."""
    kinds = (KINDS.get(rule.kind) for rule in rules)
    return frozenset(need for kind in kinds if kind is not None for need in kind.needs)


def sentence_of(rule: RuleSpec) -> str:
    """The rule in plain English, or why it denies everything that it looks at."""
    try:
        kind, params = read(rule)
    except BadRule as problem:
        return f"cannot be enforced, so nothing is opened: {problem}"
    return kind.sentence(params, rule.verb)
