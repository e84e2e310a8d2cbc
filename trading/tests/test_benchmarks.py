from __future__ import annotations

from dataclasses import replace

import pytest

from trading.benchmarks import Actions, buy_and_hold
from trading.corporate_actions import Dividend, Split
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


def test_splits_and_dividends_befall_it_as_they_befall_a_holder() -> None:
    bars = [bar(0, 700), bar(1, 700), bar(2, 714), bar(3, 102), bar(4, 101)]
    actions: Actions = [(bars[3].start, Split("SPY", dec(7))), (bars[4].start, Dividend("SPY", dec("0.5")))]
    result = buy_and_hold({"SPY": bars}, dec(7_350), BARE, {"SPY": actions})
    # Ten shares for 7,000; seventy from the split on, which are paid 35 in dividends.
    assert [equity for _, equity in result.equity] == [
        7_350, 7_350, 350 + 7_140, 350 + 70 * 102, 350 + 35 + 70 * 101,
    ]  # fmt: skip


def test_the_fraction_of_a_share_is_paid_at_the_mark_in_new_shares() -> None:
    bars = [bar(0, 10), bar(1, 10), bar(2, 12), bar(3, 39)]
    actions: Actions = [(bars[3].start, Split("SPY", dec(1), dec(3)))]
    result = buy_and_hold({"SPY": bars}, dec(100), BARE, {"SPY": actions})
    # Ten shares become three and a third of one, which is paid at 36.
    assert result.final_equity == 3 * 39 + 12


def test_what_happens_before_it_buys_is_none_of_its_business() -> None:
    bars = [bar(0, 70), bar(1, 10), bar(2, 11)]
    actions: Actions = [(bars[0].start, Dividend("SPY", dec(1))), (bars[1].start, Split("SPY", dec(7)))]
    assert buy_and_hold({"SPY": bars}, dec(100), BARE, {"SPY": actions}).final_equity == 110


def test_a_day_without_a_bar_on_the_ex_date_changes_no_worth() -> None:
    other = [bar(minute, 50) for minute in range(5)]
    bars = [bar(0, 100), bar(1, 100), bar(2, 100), bar(4, 52)]
    actions: Actions = [(other[3].start, Split("SPY", dec(2))), (other[3].start, Dividend("SPY", dec(1)))]
    result = buy_and_hold({"SPY": bars, "IBM": other}, dec(2_000), BARE, {"SPY": actions})
    assert [equity for _, equity in result.equity] == [2_000, 2_000, 2_000, 2_000, 1_000 + 20 * 53]


def test_needs_bars() -> None:
    with pytest.raises(ValueError, match="found none"):
        buy_and_hold({"SPY": []}, dec(10_000), BARE)
