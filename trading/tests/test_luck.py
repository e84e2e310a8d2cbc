"""What may be claimed about a result, and how rarely the claim is false."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trading.luck import Judgement, compare_with_random, excess_interval, judge, judge_run, level_of_each
from trading.statistics import StatisticsInput
from trading.tests.statistics_samples import days, minutes, walk


def returns(seed: int, count: int, mean: float = 0.0) -> list[float]:
    """Seeded returns of exactly this mean, with 1 % deviation."""
    drawn = np.random.default_rng(seed).normal(0, 0.01, count)
    shifted: list[float] = (drawn - drawn.mean() + mean).tolist()
    return shifted


def test_random_walks_are_called_more_than_luck_at_most_five_times_in_a_hundred() -> None:
    random = np.random.default_rng(2024)
    walks = [random.normal(0, 0.01, 60) for _ in range(500)]
    walks += [0.01 * random.standard_t(4, 90) for _ in range(500)]

    findings = [judge(excess).finding for excess in walks]

    assert findings.count("luck") >= 0.95 * len(walks)
    assert findings.count("better") <= 0.03 * len(walks)


def test_best_of_many_random_runs_is_not_called_skill_more_often_than_one() -> None:
    random = np.random.default_rng(7)
    families = [[random.normal(0, 0.01, 50) for _ in range(10)] for _ in range(60)]

    corrected = [any(judge(run, runs_tried=10).finding != "luck" for run in family) for family in families]
    uncorrected = [any(judge(run).finding != "luck" for run in family) for family in families]

    assert sum(corrected) <= 3  # of 60
    assert sum(uncorrected) > 12  # what the correction is for


def test_interval_covers_the_true_mean_and_little_else() -> None:
    random = np.random.default_rng(5)
    intervals = [excess_interval(random.normal(0.001, 0.01, 100)) for _ in range(300)]

    covering = [i for i in intervals if i.low is not None and i.high is not None and i.low <= 0.001 <= i.high]
    widths = [i.half_width for i in intervals if i.half_width is not None]

    assert len(covering) >= 0.95 * len(intervals)
    # A normal sample of 100 would have 1.98 standard errors of 0.001; caution and blocks add to it.
    assert 0.00198 < np.median(widths) < 1.2 * 0.00198


def test_blocks_widen_the_interval_of_returns_that_follow_each_other() -> None:
    random = np.random.default_rng(6)
    alike = np.repeat(random.normal(0, 0.01, 50), 4)
    shuffled = random.permutation(alike)

    together, apart = excess_interval(alike).half_width, excess_interval(shuffled).half_width

    assert together is not None
    assert apart is not None
    assert together > 1.5 * apart


def test_lasting_edge_is_better_beyond_luck_and_its_mirror_worse() -> None:
    better, worse = judge(returns(1, 250, 0.003)), judge(returns(1, 250, -0.003))

    assert (better.finding, worse.finding) == ("better", "worse")
    assert better.more_days is None
    assert better.sentence.startswith(
        "Better than buy-and-hold, beyond luck: mean excess +0.3 % a day, 95 % interval +0."
    )
    assert worse.sentence.startswith("Worse than buy-and-hold, beyond luck: mean excess −0.3 % a day")


def test_wait_grows_with_the_square_of_what_is_missing() -> None:
    found = judge(returns(2, 100, 0.0004))

    assert found.finding == "luck"
    assert found.interval is not None
    assert found.interval.half_width is not None
    assert found.more_days == math.ceil(100 * ((found.interval.half_width / 0.0004) ** 2 - 1))
    assert "about 1," in found.sentence
    assert found.sentence.endswith("00 more days needed.")


def test_same_edge_counts_for_less_after_many_runs() -> None:
    excess = returns(3, 120, 0.0025)

    alone, one_of_many = judge(excess), judge(excess, runs_tried=200)

    assert alone.finding == "better"
    assert one_of_many.finding == "luck"
    assert "(corrected for 200 runs tried)" in one_of_many.sentence
    assert one_of_many.more_days is not None


def test_too_few_returns_cannot_tell() -> None:
    assert judge(returns(4, 12, 0.5)) == Judgement(
        "luck",
        None,
        1,
        18,
        "Not distinguishable from luck: 12 returns cannot tell; about 18 more days needed.",
    )
    with pytest.raises(ValueError, match="at least 30 returns, had 12"):
        excess_interval(returns(4, 12))


@pytest.mark.parametrize(
    ("excess", "sentence"),
    [
        ([0.0] * 40, "Not distinguishable from luck: every day was exactly like buy-and-hold."),
        (
            [0.0] * 39 + [0.01],
            "Not distinguishable from luck: mean excess +0.025 % a day; too few days differ from buy-and-hold to tell.",
        ),
    ],
)
def test_run_that_hardly_differs_from_its_benchmark_is_not_judged(excess: list[float], sentence: str) -> None:
    found = judge(excess)

    assert (found.finding, found.more_days, found.sentence) == ("luck", None, sentence)


def test_difference_next_to_nothing_has_no_realistic_wait() -> None:
    found = judge(returns(5, 250, 1e-9))

    assert found.more_days is None
    assert found.sentence.endswith("no realistic number of days would tell.")


def test_same_seed_gives_the_same_judgement() -> None:
    assert judge(returns(6, 80), seed=9) == judge(returns(6, 80), seed=9)


def test_run_is_judged_on_the_periods_of_its_statistics() -> None:
    edge = walk(8, 250, 0.005, 0.002)
    daily = judge_run(StatisticsInput(days(250), edge, 100_000, [100_000.0] * 250, timeframe="day"))
    session = judge_run(StatisticsInput(minutes(390), walk(9, 390, 1e-4), 100_000, walk(10, 390, 1e-4)))

    assert daily.finding == "better"
    assert daily.interval is not None
    assert daily.interval.periods == 250
    assert session.interval is not None
    assert session.interval.periods == 390
    assert "% a bar" in session.sentence
    with pytest.raises(ValueError, match="against a benchmark"):
        judge_run(StatisticsInput(days(250), edge, 100_000, timeframe="day"))


def test_level_of_each_run_keeps_the_level_of_all() -> None:
    assert level_of_each(1) == pytest.approx(0.05)
    assert level_of_each(10) == pytest.approx(0.005116196891823743)  # 1 − 0.95^0.1
    with pytest.raises(ValueError, match="at least 1, was 0"):
        level_of_each(0)


def test_result_is_compared_with_random_traders() -> None:
    best = compare_with_random(0.10, [n / 1000 for n in range(19)])
    second = compare_with_random(0.10, [n / 1000 for n in range(18)] + [0.10])

    assert (best.beaten, best.is_distinguishable) == (19, True)
    assert best.p_value == pytest.approx(1 / 20)
    assert best.sentence == "More than luck: beats 19 of 19 random traders of the same turnover."
    assert (second.beaten, second.is_distinguishable) == (18, False)  # a tie is not beaten
    assert second.p_value == pytest.approx(2 / 20)


def test_too_few_random_traders_for_the_runs_tried_cannot_tell() -> None:
    found = compare_with_random(0.10, [0.0] * 19, runs_tried=3)

    assert not found.is_distinguishable
    assert found.p_value == pytest.approx(1 - 0.95**3)
    # 1 ÷ (1 − 0.95^(1÷3)) = 58.99, less the run itself
    assert found.sentence == (
        "Not distinguishable from luck: 19 random traders cannot tell; at least 58 needed (corrected for 3 runs tried)."
    )


def test_random_traders_compared_with_each_other_are_rarely_more_than_luck() -> None:
    random = np.random.default_rng(3)

    found = [compare_with_random(random.normal(), random.normal(size=99).tolist()) for _ in range(1000)]

    assert sum(comparison.is_distinguishable for comparison in found) <= 60  # 50 expected, deviation 7
