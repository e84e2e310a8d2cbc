"""The hook for rule kinds: known ones judge, unknown ones deny."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from rules.gates.base import PASSED, Check
from rules.kinds import KINDS, BadRule, RuleKind
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.snapshot import RuleSpec
from rules.tests.world import account_with, ask, buy, codes, door, rule_dict
from trading.ledger import Account
from trading.types import Action, Verdict


class MostShares:
    """A kind as one will be written: parameters read once, a pure check."""

    name = "most_shares"
    codes: Mapping[str, str] = {"MOST_SHARES": "More shares than the rule allows in one order."}
    verbs = frozenset({"reject_trade"})

    def sentence(self, rule: RuleSpec) -> str:
        return f"At most {self._most(rule)} shares in one order."

    def check_of(self, rule: RuleSpec) -> Check:
        most = self._most(rule)

        def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
            if order.quantity <= most:
                return PASSED
            return (Verdict("MOST_SHARES", "Too many shares.", f"rule: {rule.name}", symbol=order.symbol),)

        return check

    def _most(self, rule: RuleSpec) -> int:
        if not isinstance(rule.params, dict) or not isinstance(rule.params.get("shares"), int):
            raise BadRule(f"'shares' should be a whole number, found {rule.params!r}")
        return int(rule.params["shares"])


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> RuleKind:
    kind = MostShares()
    monkeypatch.setitem(KINDS, kind.name, kind)
    return kind


def rule(**changes: Any) -> dict[str, Any]:
    return rule_dict(**{"name": "Small bites", "kind": "most_shares", "params": {"shares": 10}, **changes})


def test_an_active_rule_judges_opening_orders() -> None:
    approve = door(rules=[rule()])
    assert codes(approve(buy(10), account_with())) == []
    (verdict,) = approve(buy(11), account_with()).verdicts
    assert (verdict.code, verdict.source) == ("MOST_SHARES", "rule: Small bites")


def test_rules_and_gates_are_all_listed() -> None:
    approve = door(
        rules=[rule(), rule(name="Tiny bites", params={"shares": 5})], gates={"max_position_percent": "10"}
    )
    assert codes(approve(buy(11), account_with())) == ["POSITION_SIZE", "MOST_SHARES", "MOST_SHARES"]


def test_no_rule_keeps_anybody_in_a_position() -> None:
    account = account_with(held={"AAA": 50})
    for one in (rule(), rule(kind="no_such_kind")):
        assert codes(door(rules=[one])(ask(Action.SELL, 50), account)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "no_such_kind"}, "there is no kind of rule called 'no_such_kind'; known: most_shares"),
        ({"params": None}, "'shares' should be a whole number, found None"),
        ({"params": {}}, "'shares' should be a whole number"),
        ({"verb": "resize"}, "'resize' is no way to enforce it; possible: reject_trade"),
    ],
)
def test_a_rule_that_cannot_be_enforced_denies_and_says_so(changes: dict[str, Any], said: str) -> None:
    approval = door(rules=[rule(**changes)])(buy(1), account_with())
    assert approval.orders == ()
    (verdict,) = approval.verdicts
    assert (verdict.code, verdict.source) == ("RULE_UNENFORCEABLE", "rule: Small bites")
    assert said in verdict.message


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"applies_to_symbols": ["BBB"]}, {"BBB"}),
        ({"applies_to_symbols": []}, {"AAA", "BBB", "CCC"}),
        ({"exclude_symbols": ["BBB"]}, {"AAA", "CCC"}),
        ({"applies_to_symbols": ["AAA", "BBB"], "exclude_symbols": ["BBB"]}, {"AAA"}),
        ({"applies_to_assets": ["option"]}, set()),
    ],
)
def test_a_rule_looks_only_at_its_scope(changes: dict[str, Any], asked: set[str]) -> None:
    approve = door(rules=[rule(**changes)])
    denied = {symbol for symbol in ("AAA", "BBB", "CCC") if codes(approve(buy(11, symbol), account_with()))}
    assert denied == asked
