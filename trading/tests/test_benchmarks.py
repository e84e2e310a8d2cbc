from __future__ import annotations

from dataclasses import replace

import pytest

from trading.benchmarks import buy_and_hold
from trading.settings import FeeModel, SlippageModel
from trading.tests.market import BARE, bar, dec


def test_buys_at_the_second_open_and_holds() -> None:
    bars = [bar(0, 90, 90, 90, 90), bar(1, 101, 102, 100, 101), bar(2, 101, 111, 100, 110)]
    result = buy_and_hold({"SPY": bars}, dec(10_000), BARE)
    # 99 shares at 101 cost 9,999.
    assert [equity for _, equity in result.equity] == [10_000, 10_000, 1 + 99 * 110]
    assert [at for at, _ in result.equity] == [one.start for one in bars]
    assert result.final_equity == 10_891
    assert result.total_return == dec("0.0891")


def test_pays_the_slippage_and_fees_of_the_run() -> None:
    how = replace(
        BARE,
        slippage=SlippageModel.BPS,
        slippage_bps=dec(100),
        fees=FeeModel.PER_TRADE,
        fee_per_trade=dec(50),
        volume_cap=dec("0.10"),
    )
    result = buy_and_hold({"SPY": [bar(0, 100), bar(1, 100, volume=1)]}, dec(10_000), how)
    # At 101 each, 98 shares and the fee cost 9,948; 99 would cost 10,049. The volume of the bar does not matter.
    assert result.final_equity == 10_000 - 98 - 50


def test_divides_money_equally_and_keeps_what_buys_no_share() -> None:
    result = buy_and_hold(
        {
            "SPY": [bar(0, 100), bar(1, 100), bar(2, 110)],
            "BRK": [bar(0, 6_000), bar(1, 6_000), bar(2, 9_000)],
            "NEW": [bar(2, 10)],
        },
        dec(15_000),
        BARE,
    )
    assert result.final_equity == 15_000 + 50 * 10


def test_marks_carry_over_missing_bars() -> None:
    result = buy_and_hold(
        {"SPY": [bar(0, 100), bar(1, 100), bar(3, 100)], "IBM": [bar(0, 50), bar(1, 50), bar(2, 60)]},
        dec(20_000),
        BARE,
    )
    assert [equity for _, equity in result.equity] == [20_000, 20_000, 22_000, 22_000]


def test_needs_bars() -> None:
    with pytest.raises(ValueError, match="found none"):
        buy_and_hold({"SPY": []}, dec(10_000), BARE)
