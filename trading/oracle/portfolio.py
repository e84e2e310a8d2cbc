"""Outside cases of category "portfolio": what fills, splits and time do to an account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from trading import margin
from trading.book import Tape
from trading.corporate_actions import Split, apply_actions
from trading.fees import order_fee
from trading.ledger import Account
from trading.observe import open_day
from trading.oracle import hours
from trading.oracle.results import Check, NotSupported, check
from trading.positions import RoundTrip
from trading.session import start_account
from trading.settings import AccountType, ExecutionSettings, FeeModel
from trading.types import Fill, Side

START = datetime(2015, 1, 5, 14, 30, tzinfo=UTC)
SYMBOL = "X"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def run(case: Mapping[str, Any]) -> list[Check]:
    runner = _RUNNERS.get(case["type"])
    if runner is None:
        raise NotSupported(f"portfolio case of type {case['type']}")
    return list(runner(case["input"], case["expected"], case.get("tolerance") or 0.0))


def _account(cash: Any, settings: ExecutionSettings) -> Account:
    # The ledger takes any cash; a run has to begin with some.
    account = start_account(Decimal(1), settings, START)
    account.cash = Decimal(str(cash))
    return account


def _leveraged(opened: Decimal, closed: Decimal) -> ExecutionSettings:
    """A margin account that may hold so many times its equity while the market is open, and while it is closed."""
    rates = 1 / opened, 1 / closed
    usual = ExecutionSettings().maintenance_margin
    return ExecutionSettings(
        account_type=AccountType.MARGIN,
        leverage=opened,
        initial_margin=rates[1],
        maintenance_margin=min(usual, *rates),
    )


def _average(account: Account) -> Decimal:
    """The average price as cases write it: 0 where nothing is held."""
    position = account.positions.get(SYMBOL)
    return Decimal(0) if position is None else position.average_price


def _book(
    account: Account, side: Side, quantity: int, price: Any, fee: Any = 0, at: datetime = START
) -> list[RoundTrip]:
    exact = Decimal(str(price))
    return account.apply(Fill(1, SYMBOL, side, quantity, exact, exact, Decimal(str(fee)), at, 1))


def _commission(given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float) -> Iterator[Check]:
    commission = given["commission"]
    unknown = commission.keys() - {"fixed", "fraction"}
    if unknown:
        raise NotSupported(f"a commission with {', '.join(sorted(unknown))}")
    settings = ExecutionSettings(
        fees=FeeModel.PER_TRADE,
        fee_per_trade=Decimal(str(commission.get("fixed", 0))),
        fee_bps=Decimal(str(commission.get("fraction", 0))) * 10_000,
    )
    account = _account(given["cash"], settings)
    for fill in given["fills"]:
        fee = order_fee(fill["quantity"], fill["quantity"] * Decimal(str(fill["price"])), settings)
        _book(account, Side(fill["side"]), fill["quantity"], fill["price"], fee)
    yield check("total_commission", expected["total_commission"], account.fees_paid, tolerance)
    yield check("final_equity", expected["final_equity"], account.equity(), tolerance)


def _buying_power(given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float) -> Iterator[Check]:
    leverage = Decimal(str(given["leverage"]))
    settings = _leveraged(leverage, leverage)
    account = _account(given["cash"], settings)
    fill = given["fill"]
    _book(account, Side(fill["side"]), fill["quantity"], fill["price"])

    def allowed(opening: int) -> bool:
        # Closing is never refused; what counts is whether the shares beyond it can be carried.
        return opening * account.marks[SYMBOL] <= account.buying_power()

    yield check("one_more_share_same_side_allowed", expected["one_more_share_same_side_allowed"], allowed(1))
    yield check("close_to_zero_allowed_before", expected["close_to_zero_allowed_before"], allowed(0))
    account.marks[SYMBOL] = Decimal(str(given["then_price"]))
    yield check(
        "close_to_zero_allowed_after_adverse_move",
        expected["close_to_zero_allowed_after_adverse_move"],
        allowed(0),
    )
    account.cash += account.exposure(SYMBOL)  # what closing it at the mark brings, or takes
    del account.positions[SYMBOL]
    yield check(
        "reverse_by_one_share_allowed_after_adverse_move",
        expected["reverse_by_one_share_allowed_after_adverse_move"],
        allowed(1),
    )


def _initial_margin(
    given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float
) -> Iterator[Check]:
    local = datetime.fromisoformat(given["local_time"]).replace(tzinfo=hours.NEW_YORK)
    settings = _leveraged(Decimal(str(given["leverage_open"])), Decimal(str(given["leverage_closed"])))
    is_weekday = local.weekday() < hours.SATURDAY
    is_open = is_weekday and hours.opens_at(local.date()) <= local < hours.closes_at(local.date())
    rate = margin.initial_rate(settings, is_open=is_open, day=local.date(), equity=margin.PATTERN_EQUITY)
    value = Decimal(str(given["price"])) * abs(given["quantity"])
    yield check("initial_margin", expected["initial_margin"], value * rate, tolerance)


def _sell_fill(given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float) -> Iterator[Check]:
    account = _account(given["cash"], ExecutionSettings(account_type=AccountType.MARGIN))
    if given["position"]:
        side = Side.BUY if given["position"] > 0 else Side.SELL
        _book(account, side, abs(given["position"]), given["average_price"])
        account.cash = Decimal(str(given["cash"]))
    fill = given["fill"]
    _book(account, Side(fill["side"]), fill["quantity"], fill["price"], given.get("fees", 0))
    yield check("cash_after", expected["cash_after"], account.cash, tolerance)
    yield check("position_after", expected["position_after"], account.quantity(SYMBOL), tolerance)
    if "average_price_after" in expected:
        yield check("average_price_after", expected["average_price_after"], _average(account), tolerance)


def _settlement(given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float) -> Iterator[Check]:
    sessions = re.search(r"after (\d+) business days?", given["rule"])
    if sessions is None:
        raise NotSupported(f"settlement rule not understood: {given['rule']}")
    account = _account(given["cash"], ExecutionSettings(settlement_sessions=int(sessions[1])))
    day: datetime | None = None
    for event in given["events"]:
        at = datetime.fromisoformat(event["at"])
        day = _open_until(account, day, at)
        _book(account, Side(event["side"]), event["quantity"], event["price"], event.get("fee", 0), at)
        if f"after_{event['side']}" in expected:
            yield _settled(f"after_{event['side']}", expected, account, tolerance)
    for name in (name for name in expected if name.split("_")[0] in WEEKDAYS):
        while day is not None and day.weekday() != WEEKDAYS.index(name.split("_")[0]):
            day = _open_until(account, day, day + timedelta(days=1))
        yield _settled(name, expected, account, tolerance)


def _open_until(account: Account, day: datetime | None, at: datetime) -> datetime:
    """Open every business day's session after `day`, up to the day of `at`."""
    while day is not None and day.date() < at.date():
        day += timedelta(days=1)
        if day.weekday() < 5:
            open_day(account, day)
    return at


def _settled(name: str, expected: Mapping[str, Any], account: Account, tolerance: float) -> Check:
    settled = account.settled_cash()
    return check(name, expected[name], {"cash": settled, "unsettled": account.cash - settled}, tolerance)


def _split(given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float) -> Iterator[Check]:
    account = _account(0, ExecutionSettings(account_type=AccountType.MARGIN))
    side = Side.BUY if given["position"] > 0 else Side.SELL
    _book(account, side, abs(given["position"]), given["average_price"])
    account.marks[SYMBOL] = Decimal(str(given["price"]))
    before = account.cash
    apply_actions(account, [Split(SYMBOL, Decimal(1), per=Decimal(str(given["split_factor"])))], Tape())
    yield check("position_after", expected["position_after"], account.quantity(SYMBOL))
    if "average_price_after" in expected:
        yield check("average_price_after", expected["average_price_after"], _average(account), tolerance)
    yield check("cash_change", expected["cash_change"], account.cash - before, tolerance)


def _closed_trades(
    given: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float
) -> Iterator[Check]:
    if "fill_to_fill_fifo" not in expected:
        raise NotSupported("trades grouped otherwise than fill by fill, first in first out")
    account = _account(0, ExecutionSettings(account_type=AccountType.MARGIN))
    trips: list[RoundTrip] = []
    for fill in given["fills"]:
        side = Side.BUY if fill["quantity"] > 0 else Side.SELL
        trips += _book(account, side, abs(fill["quantity"]), fill["price"], given.get("fee_per_fill", 0))
    names = ("direction", "quantity", "entry_price", "exit_price", "fees")
    found = [{name: getattr(t, name) for name in names} | {"profit_loss": t.gross_pnl} for t in trips]
    # The ledger matches lots first in first out; grouping by flat to flat is another view of the same fills.
    yield check("fill_to_fill_fifo", expected["fill_to_fill_fifo"], found, tolerance)


_RUNNERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], float], Iterator[Check]]] = {
    "round_trip_with_commission": _commission,
    "buying_power": _buying_power,
    "initial_margin": _initial_margin,
    "sell_fill": _sell_fill,
    "settlement": _settlement,
    "split": _split,
    "closed_trades": _closed_trades,
}
