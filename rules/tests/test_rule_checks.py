"""The hook for rule kinds: known ones judge, unknown ones deny."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import Field

from rules.kinds import KINDS
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.tests.world import account_with, ask, buy, codes, door, rule_dict
from trading.memory import Halt
from trading.types import Action, Verdict


class Params(RuleParams):
    shares: int = Field(gt=0)


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    if order.quantity <= params.shares:
        return ()
    return (Violation("MOST_SHARES", "Too many shares.", symbol=order.symbol),)


MOST_SHARES = Kind(
    name="most_shares",
    title="Most shares in an order",
    category="position_sizing",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MOST_SHARES": "More shares than the rule allows in one order."},
    says=lambda params: f"At most {params.shares} shares in one order.",
    judge=judge,
)


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, MOST_SHARES.name, MOST_SHARES)


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
        ({"kind": "no_such_kind"}, "there is no kind of rule called 'no_such_kind'; known: "),
        ({"params": None}, "params: Parameters should be an object such as {}, found empty"),
        ({"params": {}}, "shares: This is missing"),
        ({"params": {"shares": None}}, "shares: Should be a whole number, was empty"),
        ({"params": {"shares": -1}}, "shares: Should be above 0, was -1"),
        ({"params": {"shares": 1, "lots": 1}}, "lots: There is no parameter lots; there are: shares"),
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


@pytest.mark.parametrize(
    ("scopes", "stopped"),
    [
        ([None], ["AAA", "BBB"]),
        ([["AAA"]], ["AAA"]),
        ([None, ["AAA"]], ["AAA", "BBB"]),  # a narrower one of the same name frees nothing
        ([], ["AAA", "BBB"]),  # a stop of nobody's binds everything
    ],
)
def test_a_stop_binds_whatever_rules_of_its_name_look_at(
    scopes: list[list[str] | None], stopped: list[str]
) -> None:
    account = account_with()
    account.memory.halts.append(Halt(Verdict("ENOUGH", "Enough.", "rule: Small bites"), account.now, 0))
    approve = door(rules=[rule(applies_to_symbols=symbols) for symbols in scopes])
    found = [
        symbol for symbol in ("AAA", "BBB") if "TRADING_STOPPED" in codes(approve(buy(1, symbol), account))
    ]
    assert found == stopped
