"""What each decider answers, over bars laid out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from agents.deciders import DECIDERS, Observation, decider_check, decider_make
from agents.deciders.base import resting_until
from agents.timeline import Timeline
from core.errors import UserError
from market.asof import AsOfReader
from market.columns import BarColumns, Timeframe
from trading.corporate_actions import Split
from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.orders import Approval
from trading.session import start_account, step
from trading.settings import ExecutionSettings
from trading.types import Decision
from trading.walk import walk

START = int(datetime(2026, 3, 10, 13, 30, tzinfo=UTC).timestamp())


def columns_of(closes: list[float]) -> BarColumns:
    """Flat bars: each opens, trades and closes at one price."""
    rows = [
        (START + 60 * minute, close, close, close, close, 1_000_000) for minute, close in enumerate(closes)
    ]
    return BarColumns.of(rows)


def decisions(
    name: str, closes: list[float], *, symbols: tuple[str, ...] = ("AAA",), **params: object
) -> list[Decision]:
    """Ask a decider at every bar; orders are never approved, so it stays flat."""
    decider = decider_make(name, decider_check(name, params))
    columns = columns_of(closes)
    reader = AsOfReader(dict.fromkeys(symbols, columns))
    now = datetime.fromtimestamp(START, UTC)
    account = start_account(Decimal(10_000), ExecutionSettings(), now)
    observation = Observation(account, reader, symbols)
    answers = []

    def decide(seen: Account) -> Decision:
        reader.advance_to(seen.now)
        return decider.decide(observation)

    for number, bar in enumerate(columns.to_bars(), start=1):
        bars, now = dict.fromkeys(symbols, bar), datetime.fromtimestamp(START + 60 * number, UTC)
        answers.append(step(account, bars, now, decide, lambda intent, seen: Approval()).decision)
    return answers


def wishes(answers: list[Decision]) -> list[str]:
    return [",".join(intent.action.value for intent in answer.intents) for answer in answers]


def test_hold_never_trades() -> None:
    assert wishes(decisions("hold", [10, 11, 12])) == ["", "", ""]


def test_buy_and_hold_buys_at_the_first_bar_and_shares_its_equity_among_symbols() -> None:
    first = decisions("buy_and_hold", [10, 11], symbols=("AAA", "BBB"), equity_percent=30)[0]
    assert [(intent.symbol, intent.equity_percent) for intent in first.intents] == [
        ("AAA", Decimal(15)),
        ("BBB", Decimal(15)),
    ]


def test_sma_cross_waits_for_its_slow_average_and_buys_above_it() -> None:
    answers = decisions("sma_cross", [10, 10, 10, 13, 9, 5], fast=1, slow=3)
    assert wishes(answers) == ["", "", "", "buy", "", ""]
    assert "Fewer than 3 bars" in answers[0].reasoning
    assert answers[3].reasoning == "SMA 1 at 13.0000 is above SMA 3 at 11.0000: buy."


def test_breakout_compares_with_the_bars_before_not_with_its_own() -> None:
    answers = decisions("momentum_breakout", [10, 12, 11, 12, 12.01], entry_bars=3, exit_bars=2)
    assert wishes(answers) == ["", "", "", "", "buy"]


def test_mean_reversion_buys_far_below_the_mean() -> None:
    # deviations of 4 from (10, 10, 10, 4): mean 8.5, sample deviation 3, z = -1.5
    assert wishes(decisions("mean_reversion", [10, 10, 10, 4], bars=4, entry_z=1.5)) == ["", "", "", "buy"]
    assert wishes(decisions("mean_reversion", [10, 10, 10, 4], bars=4, entry_z=1.51)) == ["", "", "", ""]


def test_random_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    closes = [10.0] * 200
    same = [wishes(decisions("random", closes, seed=7, probability=0.2)) for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != wishes(decisions("random", closes, seed=8, probability=0.2))
    assert 20 <= sum(map(bool, same[0])) <= 60  # 40 expected of 200


@pytest.mark.parametrize(
    "name", ["sma_cross", "momentum_breakout", "mean_reversion", "random", "buy_and_hold"]
)
def test_no_decision_depends_on_a_bar_that_has_not_closed(name: str) -> None:
    closes = list(np.round(100 + np.cumsum(np.random.default_rng(3).normal(0, 1, 120)), 2))
    full = decisions(name, closes)
    for cut in (35, 60, 119):
        assert decisions(name, closes[:cut]) == full[:cut]


def walked(name: str, closes: list[float], *, rests: bool) -> tuple[list[Decision], int]:
    """Decisions over two symbols, of which one skips minutes and one splits, and how often the decider was asked."""
    flat = columns_of(closes)
    gaps = flat.rows(np.random.default_rng(1).random(len(closes)) > 0.3)
    timeline = Timeline(
        {"AAA": flat, "BBB": gaps}, flat.start, flat.start + 60, Timeframe.MINUTE, 800,
        actions={50: [Split("AAA", Decimal(2))]},
    )  # fmt: skip
    account = start_account(Decimal(100_000), ExecutionSettings(volume_cap=None), timeline.start(1))
    decider = decider_make(name, {} if name == "hold" else {"quantity": 10})
    observation = Observation(account, timeline.reader(), ("AAA", "BBB"))
    asked = 0

    def decide(seen: Account) -> Decision:
        nonlocal asked
        asked += 1
        observation.reader.advance_to_step(seen.step)
        return decider.decide(observation)

    def rests_until() -> int:
        return resting_until(decider, observation)

    steps = walk(account, timeline.reel(), decide, wave_through, rests_until=rests_until if rests else None)
    return [result.decision for stretch in steps for result in stretch.results()], asked


@pytest.mark.parametrize(
    "name", ["hold", "buy_and_hold", "sma_cross", "mean_reversion", "momentum_breakout", "random"]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_decider_that_rests_says_the_same_as_one_that_is_asked_at_every_step(name: str, seed: int) -> None:
    closes = list(np.round(100 + np.cumsum(np.random.default_rng(seed).normal(0, 1, 400)), 2))
    resting, asked_at_times = walked(name, closes, rests=True)
    awake, asked_always = walked(name, closes, rests=False)
    assert resting == awake
    assert asked_always == 400
    if name not in ("momentum_breakout", "random"):
        assert asked_at_times < 200


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("sma_cross", {"fast": 30, "slow": 10}, "fast should be below slow, was 30 and 10"),
        ("sma_cross", {"fats": 3}, "fats"),
        ("sma_cross", {"fast": 0}, "greater than or equal to 1"),
        ("random", {"probability": 2}, "less than or equal to 1"),
        ("buy_and_hold", {"equity_percent": 101}, "less than or equal to 100"),
        ("buy_and_hold", {"quantity": -5}, "quantity"),
        ("recording", {}, "run"),
        ("oracle", {}, "Decider should be one of hold, buy_and_hold"),
    ],
)
def test_bad_parameters_are_refused_in_words(name: str, params: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        decider_check(name, params)


def test_checked_parameters_are_complete_and_make_the_same_decider() -> None:
    for name, kind in DECIDERS.items():
        if name not in ("recording", "scripted"):
            params = decider_check(name, {})
            assert decider_check(name, params) == params
            assert kind.title
            assert kind.description


def test_a_script_is_followed_to_the_letter() -> None:
    script = [
        {
            "step": 2,
            "intents": [
                {"action": "buy", "symbol": "AAA", "quantity": 3, "order_type": "limit", "limit_price": "9.5"}
            ],
        },
        {"step": 3, "cancels": [1]},
    ]
    answers = decisions("scripted", [10, 10, 10], script=script)
    assert wishes(answers) == ["", "buy", ""]
    assert (answers[1].intents[0].limit_price, answers[2].cancels) == (Decimal("9.5"), (1,))
