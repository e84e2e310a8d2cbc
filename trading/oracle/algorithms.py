"""Outside cases of category "algorithms": small strategies on real bars, compared to the cent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from trading.corporate_actions import CorporateAction
from trading.ledger import Account
from trading.observe import open_day
from trading.oracle import rules_text
from trading.oracle.conventions import PLAIN, QUOTE_NOW
from trading.oracle.desk import Desk
from trading.oracle.results import Check, NotSupported, check
from trading.oracle.tape import Minute, load
from trading.settings import ExecutionSettings, FeeModel, TouchedFill
from trading.statistics import ratios
from trading.types import Decision

DRAWDOWN_TOLERANCE = 0.1
# What the cases list under "conventions": bid and ask of the bar just seen, touched orders filled on quotes.
SETTINGS = ExecutionSettings(
    **{**PLAIN, **QUOTE_NOW, "fees": FeeModel.IB_EQUITY, "touched_fill": TouchedFill.QUOTES}
)


def run(case: Mapping[str, Any], data: Path) -> list[Check]:
    if any("option" in name for name in case["data"]):
        raise NotSupported("options")
    script = rules_text.read(case, lambda: sorted({minute.day for minute in load(case, data)}))
    minutes = load(case, data)
    desk = Desk(Decimal(case["start_cash"]), SETTINGS, minutes[0].end)
    for minute in _with_instructions(minutes, script):
        _advance(desk, minute, script)
    return list(_compare(case, desk))


def _with_instructions(minutes: list[Minute], script: rules_text.Script) -> list[Minute]:
    """The minutes, and between them a moment without bars for every instruction that falls outside of them."""
    times = {at for at, _ in (*script.sends, *script.actions)}
    known = {minute.end for minute in minutes}
    return sorted([*minutes, *(Minute(at) for at in times - known)], key=lambda minute: minute.end)


def _advance(desk: Desk, minute: Minute, script: rules_text.Script) -> None:
    if minute.opens_session:
        starts = [bar.start for bar in minute.bars.values()]
        open_day(desk.account, min(starts, default=minute.end - timedelta(minutes=1)))
    result = desk.advance(
        minute.end,
        bars=minute.bars,
        quotes=minute.quotes,
        decide=lambda account: _decide(account, minute.end, script),
        actions=[_of(desk.account, action) for at, action in script.actions if at == minute.end],
        ends_session=minute.ends_session,
    )
    if minute.end in script.cancel_all_at:
        desk.respond(Decision(cancels=tuple(desk.account.working)))
    if script.on_fill is not None and result.fills and result.fills[0].order_number == 1:
        desk.respond(Decision(tuple(script.on_fill(result.fills[0], desk.account))))


def _decide(account: Account, now: datetime, script: rules_text.Script) -> Decision:
    intents = [intent for at, make in script.sends if at == now for intent in make(account)]
    return Decision(tuple(intents))


def _of(account: Account, action: CorporateAction) -> CorporateAction:
    # The sentence names no symbol: it is the one that the account holds, waits for or has seen.
    waits = [order.symbol for order in account.working.values()]
    known = [*account.positions, *waits, *account.marks]
    if not known:
        raise NotSupported("an action on nothing that was seen before")
    return replace(action, symbol=known[0])


def _compare(case: Mapping[str, Any], desk: Desk) -> Iterator[Check]:
    expected, cent = case["expected"], 0.005 + 1e-9
    ours = case.get("reproduced_by_us", {})
    equity = desk.account.equity()
    # LEAN splits by its rounded factor; a broker that splits exactly is right as well, and the case gives both.
    exact = next((figure for name, figure in ours.items() if name.startswith("end_equity_exact")), None)
    found = {
        "end_equity": (expected.get("end_equity") if exact is None else exact, equity, cent),
        "total_fees": (expected.get("total_fees"), desk.account.fees_paid, cent),
        "drawdown_pct": (
            expected.get("drawdown_pct"),
            max(result.drawdown for result in desk.results) * 100,
            _tolerance(case, "drawdown_pct", DRAWDOWN_TOLERANCE),
        ),
    }
    for what, (wanted, figure, tolerance) in found.items():
        if wanted is not None:  # not published
            yield check(what, wanted, figure, tolerance)
    reproduced = case.get("sharpe_reproduced")
    if reproduced is not None:
        returns = _calendar_returns(desk)
        sharpe = ratios.sharpe_lean(returns, 252, reproduced["rf"])
        yield check("sharpe", reproduced["sharpe"], sharpe, 0.0005)


def _tolerance(case: Mapping[str, Any], name: str, usual: float) -> float:
    told = case.get("tolerance")
    return float(told.get(name, usual)) if isinstance(told, Mapping) else usual


def _calendar_returns(desk: Desk) -> list[float]:
    """Close-to-close returns of every calendar day but the first."""
    closing: dict[date, float] = {r.now.date(): float(r.equity) for r in desk.results}
    days = sorted(closing)
    values = [closing[days[0]]]
    for offset in range(1, (days[-1] - days[0]).days + 1):
        values.append(closing.get(days[0] + timedelta(days=offset), values[-1]))
    return [after / before - 1 for before, after in itertools.pairwise(values)]
