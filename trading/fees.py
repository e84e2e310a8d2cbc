"""What a broker charges for an order, by named model."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from trading.money import BPS, ZERO
from trading.settings import ExecutionSettings, FeeModel

IB_PER_SHARE = Decimal("0.005")
IB_MINIMUM = Decimal(1)
IB_CAP = Decimal("0.005")


def order_fee(quantity: int, value: Decimal, settings: ExecutionSettings) -> Decimal:
    """The whole fee of an order of which `quantity` shares for `value` dollars have been filled so far.

    A fill pays the difference to what its order has paid before, so a minimum is charged once an order.
    """
    return _MODELS[settings.fees](quantity, value, settings)


def per_share_fee(
    quantity: int, value: Decimal, rate: Decimal, minimum: Decimal, cap: Decimal | None
) -> Decimal:
    """`rate` a share, at most `cap` of the value, at least `minimum`; the minimum is not capped."""
    fee = rate * quantity
    if cap is not None:
        fee = min(fee, cap * value)
    return max(fee, minimum)


def ib_option_fee(contracts: int, premium: Decimal) -> Decimal:
    """Interactive Brokers, US options: cheaper contracts for small premiums, one dollar at least."""
    if premium >= Decimal("0.10"):
        rate = Decimal("0.65")
    else:
        rate = Decimal("0.50") if premium >= Decimal("0.05") else Decimal("0.25")
    return max(rate * contracts, Decimal(1))


def _zero(quantity: int, value: Decimal, settings: ExecutionSettings) -> Decimal:
    return ZERO


def _per_share(quantity: int, value: Decimal, settings: ExecutionSettings) -> Decimal:
    return per_share_fee(quantity, value, settings.fee_per_share, settings.fee_minimum, settings.fee_cap)


def _bps(quantity: int, value: Decimal, settings: ExecutionSettings) -> Decimal:
    return value * settings.fee_bps / BPS


def _per_trade(quantity: int, value: Decimal, settings: ExecutionSettings) -> Decimal:
    return settings.fee_per_trade + value * settings.fee_bps / BPS


def _ib_equity(quantity: int, value: Decimal, settings: ExecutionSettings) -> Decimal:
    return per_share_fee(quantity, value, IB_PER_SHARE, IB_MINIMUM, IB_CAP)


_MODELS: dict[FeeModel, Callable[[int, Decimal, ExecutionSettings], Decimal]] = {
    FeeModel.ZERO: _zero,
    FeeModel.PER_SHARE: _per_share,
    FeeModel.BPS: _bps,
    FeeModel.PER_TRADE: _per_trade,
    FeeModel.IB_EQUITY: _ib_equity,
}
