"""Random traders of the same turnover, and the verdict from both tests."""

from __future__ import annotations

import math
from statistics import stdev

import numpy as np
import pytest

from trading.luck import (
    Conclusion,
    Counts,
    ExcessInterval,
    Judgement,
    Orders,
    RandomTraders,
    Resampled,
    Shape,
    beside_random,
    conclude,
    deflated_sharpe,
    excess_interval,
    judge,
    judge_resampled,
    level_of_each,
    luckiest_sharpe,
    random_traders,
    ranges,
)
from trading.luck.bootstrap import TRIED
from trading.luck.chance import moments_drawn
from trading.statistics.ratios import probabilistic_sharpe


def orders(shares: list[float], paid: list[float], opens: list[float], last: float) -> Orders:
    return Orders(np.array(shares), np.array(paid), np.array(opens), last)


def test_the_gain_is_what_was_bought_and_sold_and_what_is_left() -> None:
    # 10 bought at 100, 4 sold at 110, 6 left at 120: −1,000 + 440 + 720.
    assert orders([10, -4], [100, 110], [100] * 5, 120).gain == 160


def test_random_traders_keep_sizes_and_sequence_and_draw_the_moments() -> None:
    rising = orders([1, -1], [100, 103], [100.0, 101.0, 102.0, 103.0], 103)
    drawn = moments_drawn(rising, 1000, np.random.default_rng(1))
    found = random_traders({"UP": rising}, seed=1)

    assert (np.diff(drawn, axis=1) >= 0).all()  # sold after it was bought
    assert found is not None
    assert set(np.unique(found.gains)) == {0, 1, 2, 3}
    # Of 16 equally likely pairs two are (first, last) in either order.
    assert (found.gains == 3).mean() == pytest.approx(2 / 16, abs=0.02)
    assert (found.own, found.counts.beaten_by) == (3, 0)


def test_the_same_seed_gives_the_same_traders_and_another_other_ones() -> None:
    market = {"X": orders([5, -5] * 4, list(range(100, 108)), list(np.linspace(90, 110, 60)), 110)}
    first, again, other = (random_traders(market, seed=seed) for seed in (3, 3, 4))
    assert first is not None
    assert again is not None
    assert other is not None
    assert (first.gains == again.gains).all()
    assert not (first.gains == other.gains).all()


def test_several_symbols_add_up() -> None:
    flat = orders([1], [50], [50.0] * 4, 60)
    found = random_traders({"A": flat, "B": flat}, seed=1)
    assert found is not None
    assert (found.own, set(found.gains.tolist())) == (20, {20})


def test_without_an_order_there_is_no_random_trader() -> None:
    assert random_traders({"X": orders([], [], [100.0] * 4, 100)}, seed=1) is None
    assert random_traders({}, seed=1) is None


def test_many_orders_mean_fewer_traders_but_never_too_few() -> None:
    busy = orders([1, -1] * 5000, [100] * 10_000, [100.0] * 390, 100)
    found = random_traders({"X": busy}, seed=1)
    assert found is not None
    assert found.counts.traders == 999


def test_a_stricter_level_needs_more_traders() -> None:
    assert beside_random(19, 19).is_distinguishable
    assert not beside_random(19, 19, level=0.04).is_distinguishable
    assert beside_random(24, 24, level=0.04).is_distinguishable


def judgement(finding: str, runs_tried: int = 1, more_days: int | None = None) -> Judgement:
    interval = ExcessInterval(0.001, 0.0005, 390)
    return Judgement(finding, interval, runs_tried, more_days, f"Judged {finding}.")  # type: ignore[arg-type]


def traders(beaten: int, beaten_by: int, ties: int = 0) -> Counts:
    return RandomTraders(0.0, np.array([-1.0] * beaten + [1.0] * beaten_by + [0.0] * ties)).counts


@pytest.mark.parametrize(
    ("finding", "found", "verdict", "words"),
    [
        ("better", traders(999, 0), "more", "more than luck"),
        ("better", traders(900, 99), "luck", "so do random traders"),
        ("luck", traders(999, 0), "luck", "Judged luck."),
        ("worse", traders(0, 999), "worse", "999 of 999 random traders of the same turnover did better"),
        ("worse", traders(500, 499), "luck", "so do random traders"),
        ("better", traders(0, 999), "luck", "so do random traders"),
        ("better", traders(940, 0, ties=59), "luck", "beats 940 of 999"),  # a tie is not beaten
    ],
)
def test_a_claim_needs_both_tests(finding: str, found: Counts, verdict: str, words: str) -> None:
    conclusion = conclude(judgement(finding), found)
    assert conclusion.verdict == verdict
    assert words in f"{conclusion.headline} {conclusion.sentence}"


def test_a_claim_is_corrected_for_the_runs_tried() -> None:
    found = traders(985, 14)  # p = 1.5 %
    assert conclude(judgement("better"), found).verdict == "more"
    assert conclude(judgement("better", runs_tried=10), found).verdict == "luck"


def test_the_headline_says_how_long_to_wait() -> None:
    assert conclude(judgement("luck", more_days=1234), traders(500, 499)).headline == (
        "not distinguishable from luck; about 1,200 more days needed"
    )
    assert conclude(judgement("luck"), traders(500, 499)).headline == "not distinguishable from luck"


def test_a_run_without_a_trade_is_not_judged() -> None:
    assert conclude(judgement("better"), None) == Conclusion(
        "luck", "no trade, so nothing to judge", "It did not trade, so there is nothing to judge."
    )


def lucky_session(seed: int, drift: float) -> str:
    """A coin that trades through a session of fat-tailed minutes with a drift, in standard errors of its mean."""
    random, count = np.random.default_rng(seed), 390
    returns = 8e-4 * (random.standard_t(5, count) / math.sqrt(5 / 3) + drift / math.sqrt(count))
    closes = 100 * np.exp(np.cumsum(returns))
    opens = np.concatenate(([100.0], closes[:-1]))
    cash, held, shares, paid, equity = 10_000.0, 0, [], [], []
    for minute in range(count):
        if minute and random.random() < 0.05:
            traded = -held if held else int(0.6 * cash / opens[minute])
            cash, held = cash - traded * opens[minute], held + traded
            shares.append(traded)
            paid.append(opens[minute])
        equity.append(cash + held * closes[minute])
    beside = 10_000 * closes / opens[1]
    excess = np.diff(equity) / equity[:-1] - np.diff(beside) / beside[:-1]
    market = Orders(np.array(shares, dtype=float), np.array(paid), opens[1:], float(closes[-1]))
    found = random_traders({"X": market}, seed=seed)
    return conclude(judge(excess, periods_per_day=count), found.counts if found else None).verdict


@pytest.mark.parametrize("drift", [0, 3, -3])
def test_random_traders_are_told_from_luck_at_most_five_times_in_a_hundred(drift: float) -> None:
    """In markets that rise or fall all day too, where staying out or being in looks like skill."""
    verdicts = [lucky_session(seed, drift) for seed in range(60)]
    assert 60 - verdicts.count("luck") <= 6  # expected: 3 at most, deviation 1.7


def test_one_bootstrap_serves_any_number_of_runs_tried() -> None:
    excess = np.random.default_rng(5).normal(0.0005, 0.01, 200)
    resampled = Resampled.of(excess)
    for tried in (1, 10, 100):
        again = excess_interval(excess, level_of_each(tried)).half_width
        kept = resampled.interval(tried).half_width
        assert again is not None
        assert kept == pytest.approx(again, rel=0.1)
    assert resampled.interval(6) == resampled.interval(7)  # the next above, which is stricter
    assert resampled.interval(10_000) == resampled.interval(TRIED[-1])
    assert Resampled.from_json(resampled.to_json()) == resampled


def test_what_was_resampled_is_judged_like_the_rest() -> None:
    better = np.random.default_rng(1).normal(0.003, 0.01, 250)
    assert judge_resampled(Resampled.of(better)).finding == judge(better).finding == "better"
    assert judge_resampled(Resampled.of([0.0] * 40)).sentence.endswith("exactly like buy-and-hold.")
    with pytest.raises(ValueError, match="at least 30 returns, had 12"):
        Resampled.of([0.1] * 12)


def test_ranges_cover_what_chance_deals() -> None:
    """Of 200 samples of one market the range of the total return covers the true one nearly always."""
    random = np.random.default_rng(8)
    drawn = [ranges(random.normal(0.001, 0.01, 120), 252) for _ in range(200)]
    truth = math.expm1(120 * (0.001 - 0.01**2 / 2))
    covering = [each for each in drawn if each and each.total_return[0] <= truth <= each.total_return[1]]
    sharpes = [each.sharpe for each in drawn if each and each.sharpe]
    assert len(covering) >= 170  # percentile intervals run a little narrow
    assert sum(low <= 0.1 * math.sqrt(252) <= high for low, high in sharpes) >= 170
    assert ranges([0.01] * 12, 252) is None
    flat = ranges([0.01] * 40, 252)
    assert flat is not None
    assert flat.sharpe is None


def test_the_luckiest_of_many_is_expected_to_look_good() -> None:
    random = np.random.default_rng(3)
    tries = random.normal(0, 0.05, (4000, 20))
    expected = np.mean([row.max() for row in tries])
    assert luckiest_sharpe(tries[0].tolist()) == pytest.approx(stdev(tries[0]) * 1.9, rel=0.05)
    assert np.mean([luckiest_sharpe(row.tolist()) for row in tries]) == pytest.approx(expected, rel=0.05)
    assert luckiest_sharpe([0.3]) == 0


def test_a_sharpe_is_deflated_by_the_tries() -> None:
    returns = np.random.default_rng(4).normal(0.002, 0.01, 250)
    shape = Shape.of(returns)
    assert shape is not None
    alone = deflated_sharpe(shape, [0.2])
    many = deflated_sharpe(shape, [0.2, *np.random.default_rng(5).normal(0, 0.1, 99).tolist()])

    assert alone == pytest.approx(probabilistic_sharpe(returns))
    assert many is not None
    assert alone is not None
    assert many < 0.7 < 0.99 < alone
    assert Shape.of([0.01] * 40) is None
