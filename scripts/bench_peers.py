"""The parts of `make bench-peers`: bars, the same strategy (SMA 10/30, 100 shares, $1 an order) in two other engines, and
the report. `make FILE.npz [BARS]`, `backtesting FILE.npz` and `backtrader FILE.npz` (each prints JSON), `report FOLDER`.

Runs in a throwaway environment, so it imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")
FAST, SLOW, SHARES, CASH, BARS = 10, 30, 100, 1_000_000, 98_280
# Bars of a run before the one that counts: every engine is measured as it is once it has run in its process.
WARM_UP = 10_000


def make(path: str, bars: str = str(BARS)) -> None:
    """A seeded walk in cents around $100, one bar a minute."""
    random, count = np.random.default_rng(7), int(bars)
    closes = np.maximum(10_000 + np.cumsum(random.integers(-5, 6, count)), 1_000)
    opens = np.concatenate([[10_000], closes[:-1]]) + random.integers(-1, 2, count)
    highs = np.maximum(opens, closes) + random.integers(0, 4, count)
    lows = np.minimum(opens, closes) - random.integers(0, 4, count)
    names = ("open", "high", "low", "close")
    prices = dict(zip(names, (opens / 100, highs / 100, lows / 100, closes / 100), strict=True))
    starts = 1_704_205_800 + 60 * np.arange(count, dtype=np.int64)
    columns = {"start": starts, "volume": random.integers(1_000_000, 2_000_000, count), **prices}
    np.savez(path, allow_pickle=False, **columns)


def frame(path: str) -> Any:
    import pandas as pd

    with np.load(path) as bars:
        columns = {name.capitalize(): bars[name] for name in ("open", "high", "low", "close", "volume")}
        return pd.DataFrame(columns, index=pd.to_datetime(bars["start"], unit="s"))


def backtesting(path: str) -> dict[str, Any]:
    import pandas as pd
    from backtesting import Backtest, Strategy

    class Cross(Strategy):
        def init(self) -> None:
            closes = pd.Series(self.data.Close)
            self.fast = self.I(lambda: closes.rolling(FAST).mean())
            self.slow = self.I(lambda: closes.rolling(SLOW).mean())

        def next(self) -> None:
            if self.fast[-1] > self.slow[-1]:
                if not self.position:
                    self.buy(size=SHARES)
            elif self.fast[-1] < self.slow[-1] and self.position:
                self.position.close()

    bars = frame(path)
    for each in (bars[:WARM_UP], bars):
        test = Backtest(each, Cross, cash=CASH, commission=lambda quantity, price: 1.0)
        result, pace = timed(test.run)
    return {**pace, "final_equity": float(result["Equity Final [$]"])}


def backtrader(path: str) -> dict[str, Any]:
    import backtrader as bt

    class Cross(bt.Strategy):
        def __init__(self) -> None:
            self.fast = bt.indicators.SimpleMovingAverage(self.data.close, period=FAST)
            self.slow = bt.indicators.SimpleMovingAverage(self.data.close, period=SLOW)

        def next(self) -> None:
            if self.fast[0] > self.slow[0]:
                if not self.position:
                    self.buy(size=SHARES)
            elif self.fast[0] < self.slow[0] and self.position:
                self.close()

    class DollarAnOrder(bt.CommInfoBase):
        params = (("commission", 1.0), ("stocklike", True), ("commtype", bt.CommInfoBase.COMM_FIXED))

        def _getcommission(self, size: float, price: float, pseudoexec: bool) -> float:
            return float(self.p.commission)

    bars = frame(path)
    for each in (bars[:WARM_UP], bars):
        engine = bt.Cerebro(stdstats=False)
        engine.adddata(bt.feeds.PandasData(dataname=each))
        engine.addstrategy(Cross)
        engine.broker.setcash(CASH)
        engine.broker.addcommissioninfo(DollarAnOrder())
        _, pace = timed(engine.run)
    return {**pace, "final_equity": float(engine.broker.getvalue())}


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What some work answers, with the seconds that passed and those that this process worked."""
    began, cpu_began = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu_began}


# What is compared with what, by the names of the files that the rounds wrote, and the ratio that is wanted.
COMPARED = (
    ("tradelab", "backtesting", 2),
    ("tradelab", "backtrader", 25),
    ("stored", "backtesting", 1),
    ("symbols", "tradelab", 0.9),
    ("long", "tradelab", 0.9),
)
MOST_MEMORY = 300
TITLES = {
    "tradelab": "tradelab",
    "stored": "tradelab, everything stored",
    "symbols": "tradelab, 10 symbols",
    "long": "tradelab, 10 times the bars",
    "backtesting": "backtesting.py 0.6.6",
    "backtrader": "backtrader 1.9.78",
}


def report(folder: str) -> None:
    """Rates, and what came of each wanted line: ratios within one round, because machines change their pace.

    Processor time is this process's own: what the database works for `--store` is in the wall time only."""
    rounds = {name: list(results(Path(folder), name)) for name in TITLES}
    rates, cpu_rates = (
        {name: [row.get("bars", BARS) / row[measure] for row in rows] for name, rows in rounds.items()}
        for measure in ("seconds", "cpu_seconds")
    )
    print(
        f"\n{BARS:,} one-minute bars, SMA 10/30, 100 shares, $1 an order; medians of {len(rates['tradelab'])} rounds"
    )
    for name, title in TITLES.items():
        equity = float(rounds[name][0]["final_equity"])
        print(f"  {title:28} {median(rates[name]):>10,.0f} bars/s   final equity {equity:>14,.2f}")
    for name, other, wanted in COMPARED:
        wall, cpu = (ratios_of(each[name], each[other]) for each in (rates, cpu_rates))
        print(f"\n{TITLES[name]} to {TITLES[other]}, wanted {wanted}: {verdict(median(wall) >= wanted)}")
        print(f"  wall time       {told(wall)}")
        print(f"  processor time  {told(cpu)}")
    peak = max(row["peak_memory_mb"] for row in results(Path(folder), "million"))
    print(
        f"\npeak memory for 1,000,000 bars, wanted below {MOST_MEMORY} MB: {verdict(peak < MOST_MEMORY)}\n  {peak:.0f} MB"
    )


def ratios_of(mine: list[float], theirs: list[float]) -> list[float]:
    return [one / other for one, other in zip(mine, theirs, strict=True)]


def told(ratios: list[float]) -> str:
    return f"median {median(ratios):5.2f}   rounds {' '.join(f'{ratio:5.2f}' for ratio in ratios)}"


def verdict(is_met: bool) -> str:
    return "MET" if is_met else "NOT MET"


def results(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{name}.*.json")):
        yield json.loads(path.read_text())


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what in ("make", "report"):
        commands: dict[str, Any] = {"make": make, "report": report}
        commands[what](*arguments)
    else:
        print(json.dumps({"backtesting": backtesting, "backtrader": backtrader}[what](*arguments)))
