"""Equal parts, made equal again, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trading.benchmarks import Actions, buy_and_hold
from trading.corporate_actions import Dividend, Split
from trading.equal_weight import equal_weight
from trading.settings import FeeModel, SlippageModel
from trading.tests.market import BARE, bar, dec


def test_one_symbol_is_bought_and_held() -> None:
    bars = [bar(0, 90), bar(1, 101), bar(2, 110), bar(3, 95)]
    every = [each.start for each in bars]
    assert equal_weight({"SPY": bars}, dec(10_000), BARE, every) == buy_and_hold(
        {"SPY": bars}, dec(10_000), BARE
    )


def test_what_has_grown_is_sold_for_what_has_not() -> None:
    rising, flat = (
        [bar(0, 100), bar(1, 100), bar(2, 200), bar(3, 100)],
        [bar(minute, 100) for minute in range(4)],
    )
    result = equal_weight({"UP": rising, "FLAT": flat}, dec(2_000), BARE, [rising[2].start])
    # 10 and 10 at 100; at 200 equity is 3,000: 7 of UP (1,400) and 15 of FLAT (1,500), 100 in cash.
    assert [equity for _, equity in result.equity] == [2_000, 2_000, 3_000, 7 * 100 + 15 * 100 + 100]


def test_without_a_moment_to_rebalance_it_is_buy_and_hold() -> None:
    market = {"A": [bar(0, 100), bar(1, 100), bar(2, 150)], "B": [bar(0, 50), bar(1, 50), bar(2, 40)]}
    assert equal_weight(market, dec(2_000), BARE, []) == buy_and_hold(market, dec(2_000), BARE)


def test_it_pays_the_slippage_and_fees_of_the_run() -> None:
    how = replace(
        BARE, slippage=SlippageModel.BPS, slippage_bps=dec(100), fees=FeeModel.PER_TRADE, fee_per_trade=dec(5)
    )
    market = {"A": [bar(0, 100), bar(1, 100), bar(2, 200)], "B": [bar(0, 100), bar(1, 100), bar(2, 100)]}
    result = equal_weight(market, dec(2_000), how, [market["A"][2].start])
    # 9 at 101 and $5 each: 2 × 914; cash 172. At the open equity is 9 × 200 + 9 × 100 + 172 = 2,872, a part 1,436.
    # 2 of A are sold at 198 less $5: +391. B lacks 536: 5 at 101 and $5: −510.
    assert result.equity[2][1] == 7 * 200 + 14 * 100 + 172 + 391 - 510


def test_a_symbol_without_a_bar_waits_for_the_next_time() -> None:
    market = {
        "A": [bar(0, 100), bar(1, 100), bar(2, 100), bar(3, 100)],
        "B": [bar(0, 50), bar(2, 50), bar(3, 60)],
    }
    starts = [each.start for each in market["A"]]
    result = equal_weight(market, dec(2_000), BARE, [starts[2]])
    assert [equity for _, equity in result.equity] == [2_000, 2_000, 2_000, 10 * 100 + 20 * 60]


def test_splits_and_dividends_befall_it_as_they_befall_a_holder() -> None:
    split = [bar(0, 700), bar(1, 700), bar(2, 100), bar(3, 100)]
    other = [bar(minute, 50) for minute in range(4)]
    actions: dict[str, Actions] = {
        "SPY": [(split[2].start, Split("SPY", dec(7))), (split[3].start, Dividend("SPY", dec(1)))]
    }
    result = equal_weight({"SPY": split, "IBM": other}, dec(14_000), BARE, [], actions)
    # 10 shares of SPY become 70, each of which is paid a dollar.
    assert [equity for _, equity in result.equity] == [14_000, 14_000, 14_000, 14_070]


def test_it_needs_bars() -> None:
    with pytest.raises(ValueError, match="found none"):
        equal_weight({"SPY": []}, dec(10_000), BARE, [])
