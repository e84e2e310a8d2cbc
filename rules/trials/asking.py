"""Playing a made-up session and putting orders to the real door on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from rules.approve import make_approve
from rules.door import Door, make_door
from rules.limits import EXCHANGE_ZONE, EffectiveLimits
from rules.rule_checks import UNENFORCEABLE
from rules.trials.market import Market
from rules.verdicts import dollars
from trading.ledger import Account
from trading.session import start_account
from trading.settings import AccountType, ExecutionSettings, SlippageModel
from trading.types import Action, Decision, Effect, OrderIntent, OrderType, Verdict
from trading.walk import walk


class Trial(NamedTuple):
    """One thing that was tried: an order, or holding on to a position for a bar."""

    words: str  # "At 09:34, buy 10 SPY at $100.00"
    effect: str  # "" where it passed, else what was done: "denied", "made smaller", "closed", "trading stops"
    why: str = ""
    is_known: bool = True  # False: the rule could not tell, for want of data

    @property
    def passed(self) -> bool:
        return not self.effect


Script = Mapping[int, Sequence[OrderIntent]] | Callable[[Account], Sequence[OrderIntent]]
Look = Callable[[Account], Iterable[Trial]]
SETTINGS = ExecutionSettings(slippage=SlippageModel.NONE, volume_cap=None)


@dataclass
class Stage:
    """A market, the door of the rules that are tried, and an account that trades without any."""

    market: Market
    limits: EffectiveLimits  # with the rules that are tried
    cash: Decimal
    is_margin: bool = False
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = self.door_of(self.limits)

    def door_of(self, limits: EffectiveLimits) -> Door:
        """A door with these rules and no gate: what is tried is what they say."""
        market = self.market
        sectors = {symbol: traits.sector for symbol, traits in market.traits.items()}
        return make_door(
            limits,
            market.symbols,
            next_trade_at=market.next_trade_at,
            sectors=sectors,
            market=market.view(),
            gates=(),
        )

    def play(self, script: Script, look: Look) -> list[Trial]:
        """What was tried at each step, asked after the bar has closed; the script then trades on, unhindered."""
        account = start_account(
            self.cash, self._settings(), datetime.fromtimestamp(self.market.starts[0], UTC)
        )
        free = make_approve(self.limits, self.market.symbols, rules=(), gates=())
        found: list[Trial] = []

        last = len(self.market.starts)

        def decide(account: Account) -> Decision:
            # What is ordered with the last bar could not trade any more.
            if account.step < last:
                found.extend(look(account))
            wish = script(account) if callable(script) else script.get(account.step, ())
            return Decision(tuple(wish))

        for _ in walk(account, self.market.reel(), decide, free):
            pass
        return found

    def _settings(self) -> ExecutionSettings:
        kind = AccountType.MARGIN if self.is_margin else AccountType.CASH
        return ExecutionSettings(
            slippage=SETTINGS.slippage,
            volume_cap=None,
            account_type=kind,
            leverage=Decimal(4 if self.is_margin else 1),
            daily_bars=self.market.is_daily,
        )

    def order(self, account: Account, intent: OrderIntent, about: str = "") -> Trial:
        """Put an order to the door."""
        verdicts = self.door.approve(intent, account).verdicts
        when = f"At {at(account, self.market)}{about}, "
        return Trial(f"{when}{order_words(account, intent)}", *effect_of(verdicts))

    def holding(self, account: Account, symbol: str) -> Trial | None:
        """Let the rules look at a bar while a position is held; None where none is."""
        position = account.positions.get(symbol)
        if position is None:
            return None
        watched = self.door.watch(account) if self.door.watch else None
        closings = (
            [verdict for intent, verdict in watched.closings if intent.symbol == symbol] if watched else []
        )
        stops = watched.stops if watched else ()
        words = f"At {at(account, self.market)}, hold {held_words(account, symbol)}"
        return Trial(words, *effect_of([*closings, *stops]))


DONE = {Effect.DENIED: "denied", Effect.STOPPED: "stops", Effect.LIQUIDATED: "closed"}


def effect_of(verdicts: Sequence[Verdict]) -> tuple[str, str, bool]:
    """What was done, why, and whether the rule could tell."""
    if not verdicts:
        return "", "", True
    first = verdicts[0]
    is_known = all(verdict.code != UNENFORCEABLE for verdict in verdicts)
    if first.effect is Effect.RESIZED:
        return "resized", f"{first.message} {first.given:,} of {first.asked:,} shares are sent.", is_known
    return DONE[first.effect], first.message, is_known


def at(account: Account, market: Market) -> str:
    local = account.now.astimezone(EXCHANGE_ZONE)
    return f"the close of {local:%a %Y-%m-%d}" if market.is_daily else f"{local:%H:%M}"


def order_words(account: Account, intent: OrderIntent) -> str:
    """buy 10 SPY at $100.00, stop loss $98.00"""
    mark = account.marks.get(intent.symbol)
    words = f"{intent.action.value} {intent.quantity or ''} {intent.symbol}".replace("  ", " ")
    if intent.order_type is not OrderType.MARKET:
        words += f" by a {intent.order_type.value.replace('-', ' ')} order"
    if mark is not None:
        words += f" at {dollars(mark)}"
    if intent.stop_loss is not None:
        words += f", stop loss {dollars(intent.stop_loss)}"
    return words


def held_words(account: Account, symbol: str) -> str:
    """20 SPY bought at $100.00, now $98.40 (−1.60 %)"""
    position, mark = account.positions[symbol], account.marks[symbol]
    average = position.average_price
    gain = (mark - average) / average * 100 * (1 if position.quantity > 0 else -1)
    verb = "bought" if position.quantity > 0 else "sold short"
    change = f"{gain:+.2f} %".replace("-", "−")
    return f"{abs(position.quantity):,} {symbol} {verb} at {dollars(average)}, now {dollars(mark)} ({change})"


def buy(symbol: str, quantity: int, **terms: Decimal) -> OrderIntent:
    return OrderIntent(Action.BUY, symbol, quantity=quantity, **terms)  # type: ignore[arg-type]  # prices by name


def short(symbol: str, quantity: int) -> OrderIntent:
    return OrderIntent(Action.SHORT, symbol, quantity=quantity)


def close(symbol: str) -> OrderIntent:
    return OrderIntent(Action.CLOSE, symbol)
