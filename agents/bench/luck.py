"""How often the verdict falls for luck: random traders in made-up markets, judged as runs are.

A coin trades through sessions of fat-tailed minutes, a third of which rise all day and a third of which fall. Whatever
is claimed about it is false. Beside that stands what the interval alone would have claimed, and how often the best
of several runs is taken for more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trading.luck import Orders, conclude, judge, random_traders
from trading.statistics.sample import Floats

MINUTES = 390
TRIALS = 300
FAMILIES, FAMILY = 30, 10  # Models that were tried ten times each
DRIFTS = (0.0, 3.0, -3.0)  # of a session, in standard errors of its mean
CHANCE = 0.05  # of a trade in a minute
MINUTE_VOLATILITY = 8e-4


@dataclass(frozen=True, slots=True)
class LuckPace:
    """Shares of random traders about whom something was claimed; the last of Models, by their best or worst run."""

    trials: int
    false_claims: float
    by_interval_alone: float
    families: int
    false_families: float


@dataclass(frozen=True, slots=True)
class Session:
    """What a coin did in one session: its returns over buy-and-hold, and its orders in their market."""

    excess: Floats
    orders: Orders


def luck_pace(trials: int = TRIALS, families: int = FAMILIES) -> LuckPace:
    """Judge random traders, one by one and as the best of ten. The same numbers every time."""
    judged = [claims(seed) for seed in range(trials)]
    of_families = [
        any(claims(1_000_000 + family * FAMILY + member, runs_tried=FAMILY)[0] for member in range(FAMILY))
        for family in range(families)
    ]
    return LuckPace(
        trials,
        sum(claimed for claimed, _ in judged) / trials,
        sum(by_interval for _, by_interval in judged) / trials,
        families,
        sum(of_families) / families,
    )


def claims(seed: int, runs_tried: int = 1) -> tuple[bool, bool]:
    """Whether anything is claimed about a random trader: by the verdict, and by the interval alone."""
    session = session_of(seed, DRIFTS[seed % len(DRIFTS)])
    judgement = judge(session.excess, runs_tried=runs_tried, periods_per_day=MINUTES, seed=seed)
    found = random_traders({"X": session.orders}, seed=seed)
    verdict = conclude(judgement, found.counts if found else None).verdict
    return verdict != "luck", judgement.finding != "luck"


def session_of(seed: int, drift: float) -> Session:
    random = np.random.default_rng(seed)
    shocks = random.standard_t(5, MINUTES) / math.sqrt(5 / 3) + drift / math.sqrt(MINUTES)
    closes = 100 * np.exp(np.cumsum(MINUTE_VOLATILITY * shocks))
    opens = np.concatenate(([100.0], closes[:-1]))
    size = random.uniform(0.1, 1.0)  # of its money
    cash, held, equity = 10_000.0, 0, []
    shares: list[float] = []
    paid: list[float] = []
    for minute in range(MINUTES):
        if minute and random.random() < CHANCE:
            traded = -held if held else int(size * cash / opens[minute])
            cash, held = cash - traded * float(opens[minute]), held + traded
            shares.append(traded)
            paid.append(float(opens[minute]))
        equity.append(cash + held * float(closes[minute]))
    own, beside = np.array(equity), 10_000 * closes / opens[1]
    excess = np.diff(own) / own[:-1] - np.diff(beside) / beside[:-1]
    return Session(excess, Orders(np.array(shares), np.array(paid), opens[1:], float(closes[-1])))
