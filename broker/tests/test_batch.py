"""Steps on their way into the tables: their columns say what the steps say one by one."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.batch import Batch
from broker.equity import UNITS, to_units
from trading.oracle.desk import wave_through
from trading.reel import units_of
from trading.session import start_account
from trading.tests.market import BARE, OPEN
from trading.tests.test_walk import columns, random_decider, reel
from trading.walk import walk


@pytest.mark.parametrize("digits", [2, 8, 12])
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("symbols", [("A",), ("A", "B", "C")])
def test_columns_are_the_steps_one_by_one(digits: int, missing: float, symbols: tuple[str, ...]) -> None:
    bars = {name: columns(place, 400, missing=missing, digits=digits) for place, name in enumerate(symbols)}
    account = start_account(Decimal("100000.000000001"), BARE, OPEN)
    batch = Batch(1, account.peak_equity)
    for stretch in walk(account, reel(bars), random_decider(3, list(symbols), 0.05), wave_through):
        batch.add(stretch)
    results = list(batch.results())
    assert len(results) == len(batch)
    assert any(result.equity != result.cash for result in results)
    found = batch.columns()
    assert found.at.tolist() == [int(result.now.timestamp()) for result in results]
    for name in ("equity", "cash", "short_value"):
        wanted = [int((getattr(result, name) * UNITS).to_integral_value()) for result in results]
        assert getattr(found, name).tolist() == wanted
    assert batch.last_equity == results[-1].equity


@given(st.lists(st.decimals("0.00000001", 9_000_000, places=8), min_size=1))
def test_prices_of_eight_decimals_are_whole_units(prices: list[Decimal]) -> None:
    found = units_of(np.array([float(price) for price in prices]))
    spelled = [Decimal(repr(float(price))) for price in prices]
    if found is not None:
        assert found.tolist() == to_units(spelled).tolist()
        assert all(price * UNITS % 1 == 0 for price in spelled)


def test_prices_with_longer_fractions_are_no_whole_units() -> None:
    assert units_of(np.array([1.0, 0.123456789])) is None
    assert units_of(np.array([1e12])) is None
    assert units_of(np.array([0.1, 123.45, 0.00000001])) is not None
