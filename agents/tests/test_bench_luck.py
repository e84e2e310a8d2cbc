"""The verdict on random traders is what the bench measures: nearly never a claim, in whatever market."""

from __future__ import annotations

from agents.bench.luck import DRIFTS, luck_pace, session_of

MOST_FALSE = 0.05


def test_few_random_traders_are_taken_for_more_or_worse_than_luck() -> None:
    pace = luck_pace(trials=90, families=2)
    assert pace.false_claims <= MOST_FALSE
    assert pace.false_families == 0
    # What being in a market that rises or falls all day makes of an interval by itself.
    assert pace.by_interval_alone > 0.2


def test_the_markets_rise_fall_and_stand() -> None:
    changes = [session_of(seed, DRIFTS[seed]).orders.last / 100 - 1 for seed in range(3)]
    assert changes[1] > 0.02
    assert changes[2] < -0.02
    assert abs(changes[0]) < 0.05
