"""What Model and profile allow at all."""

from __future__ import annotations

from typing import Any

import pytest

from rules.tests.world import account_with, ask, buy, codes, door
from trading.types import Action, OrderType


@pytest.mark.parametrize(
    ("allowed", "symbol", "denied"),
    [
        ([], "AAA", []),
        (["AAA"], "AAA", []),
        (["BBB"], "AAA", ["SYMBOL_NOT_ALLOWED"]),
        ([], "ZZZ", ["NO_PRICE", "UNKNOWN_SYMBOL"]),
        (["AAA"], "ZZZ", ["NO_PRICE", "UNKNOWN_SYMBOL", "SYMBOL_NOT_ALLOWED"]),
    ],
)
def test_symbols(allowed: list[str], symbol: str, denied: list[str]) -> None:
    assert codes(door(model={"allowed_symbols": allowed})(buy(1, symbol), account_with())) == denied


@pytest.mark.parametrize(
    ("changes", "is_margin", "denied"),
    [
        ({}, True, []),
        ({"model": {"allow_shorting": False}}, True, [("SHORT_NOT_ALLOWED", "model")]),
        ({"profile": {"use_short_selling": False}}, True, [("SHORT_NOT_ALLOWED", "profile")]),
        ({"model": {"margin_account": False}}, True, [("MARGIN_NOT_ALLOWED", "model")]),
        ({}, False, [("SHORT_NOT_ALLOWED", "gate")]),
    ],
)
def test_shorting_needs_every_permission(
    changes: dict[str, Any], is_margin: bool, denied: list[tuple[str, str]]
) -> None:
    approval = door(**changes)(ask(Action.SHORT, 1), account_with(is_margin=is_margin))
    assert [(verdict.code, verdict.source) for verdict in approval.verdicts] == denied


def test_a_buy_beyond_the_cash_is_margin() -> None:
    approve = door(model={"margin_account": False})
    account = account_with(is_margin=True)
    assert codes(approve(buy(100), account)) == []
    assert codes(approve(buy(101), account)) == ["MARGIN_NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("changes", "sources"),
    [
        ({}, []),
        ({"model": {"allow_options_strategies": False}}, ["model"]),
        ({"profile": {"use_options": False}}, ["profile"]),
    ],
)
def test_options_need_both_permissions(changes: dict[str, Any], sources: list[str]) -> None:
    approval = door(venue={"option_symbols": {"AAA"}}, **changes)(buy(1), account_with())
    assert [(v.code, v.source) for v in approval.verdicts] == [("OPTIONS_NOT_ALLOWED", s) for s in sources]


def test_order_types_need_the_model_s_permission() -> None:
    approve = door(model={"allowed_order_types": ["market"]})
    account = account_with()
    assert codes(approve(buy(1), account)) == []
    assert codes(approve(buy(1, order_type=OrderType.LIMIT, limit_price="99"), account)) == [
        "ORDER_TYPE_NOT_ALLOWED"
    ]
    assert codes(approve(buy(1, stop_loss="90"), account)) == ["ORDER_TYPE_NOT_ALLOWED"]


def test_avoided_sectors() -> None:
    avoiding: dict[str, Any] = {"profile": {"avoided_sectors": ["Energy"]}}
    account = account_with()
    known = door(venue={"sectors": {"AAA": "energy", "BBB": "Health"}}, **avoiding)
    assert codes(known(buy(1, "AAA"), account)) == ["SECTOR_AVOIDED"]
    assert codes(known(buy(1, "BBB"), account)) == []
    assert codes(known(buy(1, "CCC"), account)) == ["SECTOR_UNKNOWN"]
    assert codes(door()(buy(1, "CCC"), account)) == []
