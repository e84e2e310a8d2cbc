"""How far from the reference price an order fills, by named model. Always against the trader, never negative."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from trading.money import BPS, ZERO
from trading.settings import ExecutionSettings, SlippageModel
from trading.types import Bar, Quote


def slippage(
    reference: Decimal, quantity: int, bar: Bar, quote: Quote | None, settings: ExecutionSettings
) -> Decimal:
    """Dollars a share that a fill of `quantity` at `reference` gives away in this bar."""
    return _MODELS[settings.slippage](reference, quantity, bar, quote, settings)


def _none(
    reference: Decimal, quantity: int, bar: Bar, quote: Quote | None, settings: ExecutionSettings
) -> Decimal:
    return ZERO


def _bps(
    reference: Decimal, quantity: int, bar: Bar, quote: Quote | None, settings: ExecutionSettings
) -> Decimal:
    return reference * settings.slippage_bps / BPS


def _half_spread(
    reference: Decimal, quantity: int, bar: Bar, quote: Quote | None, settings: ExecutionSettings
) -> Decimal:
    if quote is None or quote.ask_open is None or quote.bid_open is None:
        return reference * settings.slippage_bps / BPS
    return (quote.ask_open - quote.bid_open) / 2


def _volume_share(
    reference: Decimal, quantity: int, bar: Bar, quote: Quote | None, settings: ExecutionSettings
) -> Decimal:
    # A bar without volume says nothing about depth; only volume_cap=None lets an order fill in it, as the whole of it.
    share = Decimal(quantity) / bar.volume if bar.volume else Decimal(1)
    return reference * settings.slippage_impact * min(share, Decimal(1)) ** 2


_MODELS: dict[SlippageModel, Callable[[Decimal, int, Bar, Quote | None, ExecutionSettings], Decimal]] = {
    SlippageModel.NONE: _none,
    SlippageModel.BPS: _bps,
    SlippageModel.HALF_SPREAD: _half_spread,
    SlippageModel.VOLUME_SHARE: _volume_share,
}
