"""What rules do by themselves at a bar: the same with and without the short cut, before the decider, on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.orders import OrderStatus
from trading.reel import Reel
from trading.session import StepResult, Watch, start_account, step
from trading.settings import ExecutionSettings, MarketFill
from trading.tests.market import BARE, HOLD, MINUTE, OPEN, bar, buy, dec, quote, thorough
from trading.tests.test_walk import as_text, columns, random_decider, reel
from trading.types import Action, Decision, Effect, OrderIntent, OrderType, Quote, Verdict
from trading.walk import walk
from trading.watch import Watched

STOP = Verdict("TOO_MUCH", "Enough is enough.", "rule: Enough", effect=Effect.STOPPED, version=3)


def close(symbol: str) -> tuple[OrderIntent, Verdict]:
    intent = OrderIntent(Action.CLOSE, symbol, tag="rule: Out")
    return intent, replace(STOP, source="rule: Out", effect=Effect.LIQUIDATED, symbol=symbol)


def random_watch(seed: int) -> Watch:
    """Now and then does each thing that a rule can do; like a rule it depends on nothing but the account."""

    def watch(account: Account) -> Watched | None:
        random = Random(f"{seed}:{account.step}:{account.equity()}")
        if random.random() > 0.08:
            return None
        held = [position for position in account.positions if not is_closing(account, position)]
        return Watched(
            stops=(STOP,) if random.random() < 0.3 and not account.memory.halts else (),
            closings=tuple(close(symbol) for symbol in held if random.random() < 0.7),
            cancels=tuple((order.number, "why") for order in account.working.values() if order.is_opening),
            blind=(("rule: Blind", "It sees nothing."),) if random.random() < 0.2 else (),
        )

    return watch


def is_closing(account: Account, symbol: str) -> bool:
    return any(order.symbol == symbol and not order.is_opening for order in account.working.values())


def quotes_around_90(number: int) -> dict[str, Quote]:
    return {} if number % 2 else {"SPY": quote(90, 91)}


def results_of(
    over: Reel,
    decide: Callable[[Account], Decision],
    settings: ExecutionSettings,
    watch: Watch,
    *,
    is_short_cut: bool,
) -> tuple[list[StepResult], Account]:
    account = start_account(dec(100_000), settings, OPEN)
    stretches = walk(account, over, decide, wave_through, watch=watch, is_short_cut=is_short_cut)
    return [result for stretch in stretches for result in stretch.results()], account


@thorough
@given(
    seed=st.integers(0, 10_000),
    appetite=st.sampled_from([0.0, 0.05, 0.3]),
    missing=st.sampled_from([0.0, 0.2]),
    settings=st.sampled_from(
        [BARE, ExecutionSettings(), replace(BARE, market_fill=MarketFill.QUOTE_NOW, volume_cap=None)]
    ),
    opens=st.sampled_from([(), (20, 41)]),
)
def test_rules_act_the_same_with_and_without_the_short_cut(
    seed: int, appetite: float, missing: float, settings: ExecutionSettings, opens: tuple[int, ...]
) -> None:
    bars = {"SPY": columns(seed, 60, missing=missing), "IBM": columns(seed + 1, 60, missing=missing)}
    more = {"quotes": quotes_around_90} if settings.market_fill is MarketFill.QUOTE_NOW else {}
    decide = random_decider(seed, ["SPY", "IBM"], appetite)
    ways = [
        results_of(reel(bars, opens=opens, **more), decide, settings, random_watch(seed), is_short_cut=way)
        for way in (True, False)
    ]
    (results, account), (expected, other) = ways
    assert as_text(results) == as_text(expected)
    assert account.to_json() == other.to_json()


def test_it_is_asked_once_a_bar_before_the_decider_and_changes_what_that_sees() -> None:
    heard: list[str] = []

    def watch(account: Account) -> Watched | None:
        heard.append(f"watch {account.step}")
        return Watched(closings=(close("SPY"),)) if account.step == 4 else None

    def decide(account: Account) -> Decision:
        closing = [order.tag for order in account.working.values() if not order.is_opening]
        heard.append(f"decide {account.step} {''.join(closing)}".strip())
        return Decision((buy(10),)) if account.step == 1 else HOLD

    results, account = results_of(reel({"SPY": columns(1, 6)}), decide, BARE, watch, is_short_cut=True)
    assert heard[6:10] == ["watch 4", "decide 4 rule: Out", "watch 5", "decide 5"]
    assert len(heard) == 12
    closed = results[3]
    assert (closed.outcome, closed.forced[0].tag) == ("held", "rule: Out")
    assert [(index, said.effect) for index, said in closed.verdicts] == [(0, Effect.LIQUIDATED)]
    assert results[4].fills[0].at == results[3].now
    assert account.positions == {}


def test_a_stop_is_remembered_until_the_session_ends() -> None:
    def watch(account: Account) -> Watched | None:
        return Watched(stops=(STOP,)) if account.step == 2 else None

    halted: list[bool] = []

    def decide(account: Account) -> Decision:
        halted.append(bool(account.memory.halts))
        return HOLD

    over = reel({"SPY": columns(1, 6)}, opens=(4,))
    results, _ = results_of(over, decide, BARE, watch, is_short_cut=True)
    assert halted == [False, True, True, True, False, False]
    assert [result.verdicts for result in results if result.verdicts] == [((None, STOP),)]


def test_entries_are_cancelled_with_the_exits_that_wait_for_them() -> None:
    account = start_account(dec(100_000), BARE, OPEN)
    entry = buy(10, order_type=OrderType.LIMIT, limit_price=dec(90), stop_loss=dec(80))
    at = bar(0, 100)
    step(account, {"SPY": at}, OPEN + MINUTE, lambda seen: Decision((entry,)), wave_through)
    assert len(account.working) == 2
    cancel = Watched(cancels=((1, "cancelled by the rule 'Enough'"), (77, "gone already")))
    result = step(
        account,
        {"SPY": bar(1, 100)},
        OPEN + 2 * MINUTE,
        lambda seen: HOLD,
        wave_through,
        watch=lambda seen: cancel,
    )
    assert account.working == {}
    assert {(order.status, order.note) for order in result.orders} == {
        (OrderStatus.CANCELLED, "cancelled by the rule 'Enough'")
    }


def test_a_rule_that_can_see_nothing_says_so_once() -> None:
    def watch(account: Account) -> Watched | None:
        blind = (("rule: Blind", "It sees nothing."),) if account.step in (2, 3, 5) else ()
        is_news = [source for source, _ in blind] != account.memory.blind
        return Watched(blind=blind) if is_news else None

    results, _ = results_of(
        reel({"SPY": columns(1, 6)}), lambda account: HOLD, BARE, watch, is_short_cut=True
    )
    told = [
        result.step for result in results for notice in result.notices if notice.code == "RULE_UNENFORCEABLE"
    ]
    assert told == [2, 5]
