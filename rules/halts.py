"""Trading that was stopped: what is opened after that is denied until the session ends."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Check
from rules.limits import EXCHANGE_ZONE, EffectiveLimits
from rules.proposal import Proposal
from rules.rule_checks import BoundRule
from rules.situation import Scope
from rules.verdicts import dollars, owner
from trading.ledger import Account
from trading.memory import Halt
from trading.types import Effect, Verdict

STOPPED = "TRADING_STOPPED"
STOPS_FROM = "stop_trading_if_daily_loss_exceeds"


def halted(rules: Sequence[BoundRule]) -> Check:
    """A check for opening orders. What a rule has stopped is what that rule looks at, and any other of its name."""
    scopes: dict[str, list[Scope]] = {}
    for rule in rules:
        scopes.setdefault(rule.source, []).append(rule.scope)

    def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
        halts = account.memory.halts
        if not halts:
            return PASSED
        return [_denial(halt, order.symbol) for halt in halts if binds(halt.verdict.source, order.symbol)]

    def binds(source: str, symbol: str) -> bool:
        return source not in scopes or any(symbol in scope for scope in scopes[source])

    return check


def _denial(halt: Halt, symbol: str) -> Verdict:
    cause, at = halt.verdict, halt.at.astimezone(EXCHANGE_ZONE)
    who = owner(cause.source)
    message = (
        f"{who[0].upper()}{who[1:]} stopped trading at {at:%H:%M} until the session ends: {cause.message}"
    )
    return Verdict(
        STOPPED,
        message,
        cause.source,
        cause.limit,
        cause.attempted,
        cause.unit,
        symbol,
        version=cause.version,
    )


def breaker(account: Account, limits: EffectiveLimits) -> list[Verdict]:
    """The profile's wish to stop for the day when the day's loss is beyond its limit, not only while it is."""
    wanted = [limit for limit in limits.daily_loss if limit.field == STOPS_FROM]
    if not wanted:
        return []
    loss = account.day_open_equity - account.equity()
    return [
        Verdict(
            "DAILY_LOSS",
            f"{dollars(loss)} is lost since the day's open; {owner(limit.source)} stops trading beyond "
            f"{dollars(limit.value)} ({limit.field}).",
            str(limit.source),  # as it comes back from a checkpoint
            limit.value,
            loss,
            "$",
            effect=Effect.STOPPED,
        )
        for limit in wanted
        if loss > limit.value
    ]
