"""What holds for whole runs under any rules of any kinds: nobody is trapped, nothing is done twice, nothing slips by.

`play` takes every run three times, by the short cut, step by step and through a checkpoint after each, and asks the door and
the watch everything twice; a difference anywhere fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.kinds import KINDS
from rules.param_fields import first_values
from rules.tests.played import Played
from rules.tests.whole_run import play, rule
from rules.tests.world import buy
from trading.types import Action, Effect, OrderIntent, OrderType

MOST = settings(max_examples=40, deadline=None)
BARS = 12
SYMBOLS = ("AAA", "BBB")
# Tighter than the examples, so that in a dozen bars every kind comes to speak.
TIGHT: dict[str, list[dict[str, Any]]] = {
    "blackout": [{"start": "09:33", "end": "09:36"}],
    "trading_hours": [{"start": "09:32", "end": "09:38"}],
    "no_opening_after": [{"after": "09:35"}],
    "flat_by": [{"flat_by": "09:38"}],
    "max_trades": [{"trades": 2}],
    "max_orders_per_hour": [{"orders": 3}],
    "max_hold": [{"minutes": 3}],
    "take_profit": [{"percent": 1}],
    "stop_loss_percent": [{"percent": 1}],
    "stop_loss_atr": [{"multiple": 1, "atr_bars": 2}],
    "trailing_stop": [{"trail_percent": 1}],
    "max_consecutive_losses": [{"losses": 1, "cool_down_minutes": 3}],
    "low_profit_lock": [{"trades": 1, "lookback_minutes": 5, "lock_minutes": 3}],
    "halt_on_volatility": [{"times": 2, "mean_bars": 2}],
    "halt_on_data_gap": [{"minutes": 1}],
    "halt_on_loss": [{"percent": "0.05"}, {"dollars": 3, "since": "run"}],
    "indicator_condition": [{"indicator_bars": 2, "at_most": 60}],
    "min_relative_volume": [{"times": 1, "mean_bars": 2}],
}


@st.composite
def rules(draw: st.DrawFn, kinds: Sequence[str] = tuple(KINDS)) -> dict[str, Any]:
    name = draw(st.sampled_from(kinds))
    usual = first_values(KINDS[name].params)
    params = KINDS[name].params.model_validate(draw(st.sampled_from([usual, *TIGHT.get(name, [])])))
    return {
        **rule(name, verb=draw(st.sampled_from(KINDS[name].verbs)), version=draw(st.integers(1, 9))),
        "name": f"{name} {draw(st.integers(0, 3))}",
        "params": params.model_dump(mode="json", exclude_none=True),
        "applies_to_symbols": draw(st.sampled_from([None, None, ["AAA"]])),
    }


prices = st.integers(96_00, 104_00).map(lambda cents: cents / 100)


@st.composite
def markets(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Two symbols; the first trades in every minute, the second in most."""

    def bar(may_lack: bool) -> Any:
        if may_lack and draw(st.integers(0, 5)) == 0:
            return None
        open_, close, one, other = (draw(prices) for _ in range(4))
        volume = draw(st.sampled_from([1_000, 5_000]))
        return (open_, max(open_, close, one, other), min(open_, close, one, other), close, volume)

    return {"AAA": [bar(False) for _ in range(BARS)], "BBB": [bar(True) for _ in range(BARS)]}


@st.composite
def orders(draw: st.DrawFn) -> OrderIntent:
    symbol, action = draw(st.sampled_from(SYMBOLS)), draw(st.sampled_from([Action.BUY, Action.BUY, *Action]))
    if action is Action.CLOSE:
        return OrderIntent(action, symbol)
    limit = draw(st.none() | prices)
    price = None if limit is None else Decimal(str(limit))
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    return OrderIntent(action, symbol, draw(st.integers(1, 40)), order_type=kind, limit_price=price)


scripts = st.dictionaries(st.integers(1, BARS - 1), st.lists(orders(), min_size=1, max_size=3), max_size=8)


def run_of(bars: Any, script: Any, some: Sequence[Any]) -> Played:
    return play(bars, script, rules=some, is_margin=True, sectors={"AAA": "Technology", "BBB": "Energy"})


@MOST
@given(markets(), scripts, st.lists(rules(), min_size=1, max_size=4, unique_by=lambda each: each["name"]))
def test_any_run_under_any_rules(bars: Any, script: Any, some: list[dict[str, Any]]) -> None:
    run = run_of(bars, script, some)
    verbs = {f"rule: {each['name']}": each["verb"] for each in some}
    effects = {
        Effect.RESIZED: "resize",
        Effect.STOPPED: "stop_trading",
        Effect.LIQUIDATED: "force_liquidate",
    }
    for result in run.results:
        for index, verdict in result.verdicts:
            if verdict.source in verbs:
                # What is done is what the rule's verb says, and its version is on record.
                assert effects.get(verdict.effect, verbs[verdict.source]) == verbs[verdict.source]
                assert verdict.version
                assert verdict.message.endswith(".")
            if verdict.effect is Effect.LIQUIDATED:
                assert index is not None
                assert (*result.decision.intents, *result.forced)[index].tag == verdict.source


@MOST
@given(markets(), scripts, st.lists(rules(), min_size=1, max_size=3, unique_by=lambda each: each["name"]))
def test_what_is_held_can_be_closed_in_every_minute(
    bars: Any, script: Any, some: list[dict[str, Any]]
) -> None:
    """Each order is followed by a wish to close; no rule ever denies one."""

    def then_close(wishes: Sequence[OrderIntent]) -> list[OrderIntent]:
        return [*wishes, *(OrderIntent(Action.CLOSE, symbol) for symbol in SYMBOLS)]

    run = run_of(bars, {step: then_close(wishes) for step, wishes in script.items()}, some)
    for result in run.results:
        asked = (*result.decision.intents, *result.forced)
        for index, verdict in result.verdicts:
            if index is not None and asked[index].action is Action.CLOSE:
                assert verdict.effect is Effect.LIQUIDATED or verdict.code in (
                    "NOTHING_TO_CLOSE",
                    "MARKET_CLOSED",
                    "NO_PRICE",  # a symbol without a bar so far, so that nothing of it is held
                )


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_a_rule_of_any_kind_lets_nothing_through_at_its_first_word(name: str, data: st.DataObject) -> None:
    """Up to the first thing that a rule says or does, a run is the one without it; what it then says opens nothing more."""
    bars, script = data.draw(markets()), data.draw(scripts)
    without, under = run_of(bars, script, []), run_of(bars, script, [data.draw(rules([name]))])
    for plain, ruled in zip(without.results, under.results, strict=True):
        if (
            ruled.verdicts == plain.verdicts
            and ruled.notices == plain.notices
            and ruled.orders == plain.orders
        ):
            continue
        let_through = opened(plain)
        assert all(quantity <= let_through.get(key, 0) for key, quantity in opened(ruled).items())
        break


def opened(result: Any) -> dict[tuple[str, str, Decimal | None], int]:
    """Shares of the entries that were sent in a step."""
    found: dict[tuple[str, str, Decimal | None], int] = {}
    for order in result.orders:
        if order.is_opening and order.decided_step == result.step:
            key = (order.symbol, order.side.value, order.limit_price)
            found[key] = found.get(key, 0) + order.quantity
    return found


def test_every_kind_has_something_to_say_in_a_dozen_bars() -> None:
    """The tight parameters above mean something: of each the run differs from the one without."""
    bars = {
        "AAA": [100, 100, 103, 100, 97, 101, 99, 102, 98, 103, 96, 100],
        "BBB": [100, 100, *[None] * 3, 103, 103, 97, 101, 99, 104, 96],
    }
    script = {step: [buy(3 + step), buy(1, "BBB")] for step in range(1, 12, 2)} | {
        step: [OrderIntent(Action.CLOSE, "AAA")] for step in range(2, 12, 2)
    }
    plain = run_of(bars, script, [])
    for name, variants in TIGHT.items():
        for params in variants:
            under = run_of(bars, script, [{**rule(name), "params": params}])
            assert list(map(repr, under.results)) != list(map(repr, plain.results)), name
