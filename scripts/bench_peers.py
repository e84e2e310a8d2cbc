"""One engine's turn in `make bench-peers`: the same bars, SMA 10/30, 100 shares, $1 an order, in another engine.

Usage: bench_peers.py make FILE.npz | backtesting FILE.npz | backtrader FILE.npz. Prints JSON.
Runs in a throwaway environment, so it imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")
FAST, SLOW, SHARES, CASH, BARS = 10, 30, 100, 1_000_000, 98_280


def make(path: str) -> None:
    """A seeded walk in cents around $100, one bar a minute."""
    random = np.random.default_rng(7)
    closes = np.maximum(10_000 + np.cumsum(random.integers(-5, 6, BARS)), 1_000)
    opens = np.concatenate([[10_000], closes[:-1]]) + random.integers(-1, 2, BARS)
    highs = np.maximum(opens, closes) + random.integers(0, 4, BARS)
    lows = np.minimum(opens, closes) - random.integers(0, 4, BARS)
    names = ("open", "high", "low", "close")
    prices = dict(zip(names, (opens / 100, highs / 100, lows / 100, closes / 100), strict=True))
    starts = 1_704_205_800 + 60 * np.arange(BARS, dtype=np.int64)
    columns = {"start": starts, "volume": random.integers(1_000_000, 2_000_000, BARS), **prices}
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

    test = Backtest(frame(path), Cross, cash=CASH, commission=lambda quantity, price: 1.0)
    began = time.perf_counter()
    result = test.run()
    return {"seconds": time.perf_counter() - began, "final_equity": float(result["Equity Final [$]"])}


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

    engine = bt.Cerebro(stdstats=False)
    engine.adddata(bt.feeds.PandasData(dataname=frame(path)))
    engine.addstrategy(Cross)
    engine.broker.setcash(CASH)
    engine.broker.addcommissioninfo(DollarAnOrder())
    began = time.perf_counter()
    engine.run()
    return {"seconds": time.perf_counter() - began, "final_equity": float(engine.broker.getvalue())}


if __name__ == "__main__":
    what, path = sys.argv[1:3]
    if what == "make":
        make(path)
    else:
        print(json.dumps({"backtesting": backtesting, "backtrader": backtrader}[what](path)))
