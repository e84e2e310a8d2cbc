"""Fills: from a price at which an order trades to shares, a price on the tick, a fee, and a booked position."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from trading import book
from trading.book import Tape
from trading.fees import order_fee
from trading.ledger import Account, LastQuote
from trading.matching import Hit, find_hit, quote_hit, rest_of_bar
from trading.money import ZERO, round_down, round_up
from trading.orders import Order, OrderStatus
from trading.settings import BracketEntry, ExecutionSettings, MarketFill, SlippageModel, TouchedFill
from trading.slippage import slippage
from trading.types import Bar, Fill, OrderType, Quote, Side, TimeInForce, new


class Execution:
    """The bars of one step, matched against one account; remembers how much of each bar's volume is used up."""

    __slots__ = ("_volume_left", "account", "bars", "ends_session", "quotes", "settings", "tape")

    def __init__(
        self,
        account: Account,
        bars: Mapping[str, Bar],
        quotes: Mapping[str, Quote] | None,
        tape: Tape,
        *,
        ends_session: bool,
    ) -> None:
        self.account = account
        self.settings = account.settings
        self.bars = bars
        self.quotes = quotes or {}
        self.tape = tape
        self.ends_session = ends_session
        self._volume_left: dict[str, int] = {}

    @property
    def session_opened_at(self) -> datetime:
        return self.account.session_opened_at

    def match_working(self) -> None:
        """Fill what the bars fill: first everything at the open, then the rest, each by order number."""
        hits = []
        for order in list(self.account.working.values()):
            bar, quote = self.bars.get(order.symbol), self.quotes.get(order.symbol)
            bar = bar or self._quoted(order, quote)
            if bar is None or not self._is_active(order, bar):
                continue
            hit = find_hit(order, bar, quote, self)
            if hit is not None:
                # Of two exits in one bar the stop fills: the target comes last.
                is_target = order.oco_group is not None and order.order_type is OrderType.LIMIT
                hits.append((not hit.at_open, is_target, order.number, order, hit, bar, quote))
            elif order.time_in_force is TimeInForce.IOC and order.order_type not in _AUCTIONS:
                book.end(self.account, order, OrderStatus.CANCELLED, self.tape, "not filled at once")
        if len(hits) > 1:
            hits.sort(key=lambda found: found[:3])
        for _, _, _, order, hit, bar, quote in hits:
            if order.closed_at is None:
                self._fill(order, hit, bar, quote)

    def fill_at_quote(self, order: Order) -> None:
        """Fill a market order on the quote of the bar just seen, or one that is fresh enough, under `quote_now`."""
        if order.order_type is not OrderType.MARKET or order.active_from > self.account.now:
            return
        bar, quote = self.bars.get(order.symbol), self.quotes.get(order.symbol)
        bar = bar or self._quoted(order, quote)
        if bar is None:
            bar, quote = self._remembered(order)
        if bar is not None:
            self._fill(order, quote_hit(order.side, bar, quote), bar, quote)

    def _quoted(self, order: Order, quote: Quote | None) -> Bar | None:
        """A minute that had quotes and no trades, for an order that asks for no more."""
        if quote is None or not self._waits_for_close(order):
            return None
        price = quote.ask_close if order.side is Side.BUY else quote.bid_close
        return None if price is None else _untraded(self.account.now, price)

    def _remembered(self, order: Order) -> tuple[Bar | None, Quote | None]:
        """The latest quote or trade before this step, whichever is later, unless it is older than the settings allow."""
        account, oldest = self.account, self.settings.quote_max_age_seconds
        if oldest is None:
            return None, None
        traded_at, quoted = account.marked_at.get(order.symbol), account.last_quotes.get(order.symbol)
        since = max(account.now - timedelta(seconds=oldest), account.session_opened_at)
        if quoted is not None and quoted.at >= max(since, traded_at or since):
            price = quoted.ask if order.side is Side.BUY else quoted.bid
            if price is not None:
                return _untraded(quoted.at, price), _closing_quote(quoted)
        if traded_at is None or traded_at < since:
            return None, None
        return _untraded(traded_at, account.marks[order.symbol]), None

    def _is_active(self, order: Order, bar: Bar) -> bool:
        if order.status is OrderStatus.HELD:
            return False
        if order.expires_at is not None and bar.start >= order.expires_at:
            return False
        if order.active_from <= bar.start:
            return True
        # The close comes later than the start, and later than an order from the middle of the bar.
        is_later = order.active_from < self.account.now and order.order_type is not OrderType.LIMIT_IF_TOUCHED
        return is_later and self._waits_for_close(order)

    def _waits_for_close(self, order: Order) -> bool:
        """Whether only the end of a bar counts for the order, which quotes can show without a trade."""
        settings, kind = self.settings, order.order_type
        if kind is OrderType.MARKET:
            return settings.market_fill is MarketFill.QUOTE_NOW
        if kind is OrderType.LIMIT_IF_TOUCHED:
            return settings.touched_fill is TouchedFill.QUOTES
        return kind is OrderType.MARKET_ON_CLOSE

    def _fill(self, order: Order, hit: Hit, bar: Bar, quote: Quote | None) -> None:
        quantity = self._quantity(order, bar)
        if quantity:
            rest = rest_of_bar(order, hit, bar)
            self._book(order, self._make_fill(order, quantity, hit, bar, quote), rest)
            if order.is_opening and (order.stop_loss is not None or order.take_profit is not None):
                self._wake_exits(order, quantity, rest, quote)
        if order.time_in_force is TimeInForce.IOC and order.is_open:
            book.end(self.account, order, OrderStatus.CANCELLED, self.tape, "the rest was not filled at once")

    def _quantity(self, order: Order, bar: Bar) -> int:
        quantity, symbol = order.remaining, order.symbol
        if not order.is_opening:
            # A closing order may have outlived part of its position; it never opens the other side.
            held = self.account.quantity(symbol)
            quantity = min(quantity, max(held if order.side is Side.SELL else -held, 0))
        cap = self.settings.volume_cap
        if cap is not None:
            left = self._volume_left.get(symbol)
            if left is None:
                left = int(cap * bar.volume)
            quantity = min(quantity, left)
            self._volume_left[symbol] = left - quantity
        return quantity

    def _make_fill(self, order: Order, quantity: int, hit: Hit, bar: Bar, quote: Quote | None) -> Fill:
        settings, account = self.settings, self.account
        limit = order.limit_price if order.order_type in _LIMITED else None
        price = fill_price(order.side, quantity, hit, limit, bar, quote, settings)
        filled, value = order.filled_quantity + quantity, order.filled_value + quantity * price
        fee = order_fee(filled, value, settings) - order.fees_paid
        order.filled_quantity, order.filled_value = filled, value
        order.fees_paid += fee
        at = account.now if hit.at_close else bar.start
        own = (order.number, order.symbol, order.side, quantity, price, hit.price, fee, at, account.step)
        return new(Fill, own)

    def _book(self, order: Order, fill: Fill, rest: Bar | None) -> None:
        account, tape = self.account, self.tape
        tape.fills.append(fill)
        trips = account.apply(fill)
        tape.round_trips += trips
        position = account.positions.get(order.symbol)
        account.memory.note_fill(order, fill, trips, position.quantity if position is not None else 0)
        if rest is not None and position is not None and position.lots[-1].step == account.step:
            position.lots[-1].widen(rest.high, rest.low)
        tape.touched[order.number] = order
        if order.remaining:
            order.move(OrderStatus.PARTIALLY_FILLED, account.now)
        else:
            order.move(OrderStatus.FILLED, account.now)
            del account.working[order.number]
        if order.oco_group is not None:
            book.shrink_siblings(account, order, fill.quantity, tape)
        if not order.is_opening and account.working:
            book.trim_closing(account, order.symbol, tape)

    def _wake_exits(self, entry: Order, quantity: int, rest: Bar | None, quote: Quote | None) -> None:
        exits = book.wake_exits(self.account, entry, quantity, self.tape)
        if rest is None or self.settings.bracket_entry is BracketEntry.NEXT_BAR:
            return
        found = [(find_hit(exit_, rest, quote, self), exit_) for exit_ in exits]
        hits = [(not hit.at_open, exit_.number, hit, exit_) for hit, exit_ in found if hit is not None]
        for _, _, exit_hit, exit_ in sorted(hits, key=lambda each: each[:2]):
            if exit_.is_open:
                self._fill(exit_, exit_hit, rest, quote)


def _untraded(at: datetime, price: Decimal) -> Bar:
    """A price without trades: no volume, so nothing fills on it under a volume cap."""
    return Bar(at, price, price, price, price, 0)


def _closing_quote(quoted: LastQuote) -> Quote:
    return Quote(None, None, None, quoted.bid, None, None, None, quoted.ask)


# They wait for their own moment, whatever their time in force.
_AUCTIONS = frozenset({OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE})
_LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})


def fill_price(
    side: Side,
    quantity: int,
    hit: Hit,
    limit: Decimal | None,
    bar: Bar,
    quote: Quote | None,
    settings: ExecutionSettings,
) -> Decimal:
    """The reference price, moved against the trader and onto the tick, never beyond the order's own limit."""
    if hit.is_quote and settings.slippage is SlippageModel.HALF_SPREAD:
        slip = ZERO
    else:
        slip = slippage(hit.price, quantity, bar, quote, settings)
    if side is Side.BUY:
        price = round_up(hit.price + slip, settings.tick_size)
        return price if limit is None else min(price, limit)
    price = round_down(hit.price - slip, settings.tick_size)
    if price <= 0:
        price = hit.price  # worth less than a tick or than its spread: nothing is ever sold for nothing
    return price if limit is None else max(price, limit)
