"""When a language model is asked, and why; a bar at which it is not costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from agents.deciders.base import Observation
from agents.deciders.llm_params import LlmParams
from agents.prompts.diary import Happened, StepNote
from market.asof import AsOfReader
from market.indicators import atr, relative_volume
from trading.ledger import Account

ATR_BARS = 14
VOLUME_BARS = 20


@dataclass(frozen=True, slots=True)
class LastAsked:
    """The last step at which the model was asked, and the marks it saw."""

    step: int = 0
    marks: Mapping[str, Decimal] = field(default_factory=dict)


def why_asked(
    params: LlmParams, seen: Observation, last: LastAsked, before: StepNote | None, happened: Happened
) -> list[str]:
    """Every reason to ask at this step, in words; none to skip it. `before` is the step just finished."""
    if not last.step:
        return ["the first bar"]
    reasons = []
    if params.every and (seen.step - 1) % params.every == 0:
        reasons.append(f"every {params.every} bars" if params.every > 1 else "every bar")
    if params.every == 1:
        return reasons
    if params.on_fill:
        reasons += [f"order {fill.order} filled" for fill in happened.fills]
    if params.on_event and before is not None:
        reasons += events(before)
    if params.on_move is not None:
        reasons += moves(params.on_move, seen, last)
    if params.on_volume is not None:
        reasons += volumes(params.on_volume, seen)
    if params.on_stop is not None:
        reasons += stops(params.on_stop, seen.reader, seen.account)
    return reasons


def events(note: StepNote) -> list[str]:
    """What rules and broker had to say at the step before."""
    codes = [verdict["code"] for verdict in note.verdicts] + [notice["code"] for notice in note.notices]
    return [f"{code} at the bar before" for code in dict.fromkeys(codes)]


def moves(multiple: float, seen: Observation, last: LastAsked) -> list[str]:
    found = []
    for symbol in seen.symbols:
        mark, before = seen.account.marks.get(symbol), last.marks.get(symbol)
        size = in_atr(seen.reader, symbol, mark, before)
        if size is not None and size > multiple:
            found.append(f"{symbol} moved {size:.1f} ATR since you were last asked")
    return found


def in_atr(reader: AsOfReader, symbol: str, one: Decimal | None, other: Decimal | None) -> float | None:
    """A distance in average true ranges; None while there is no range to measure it by."""
    reach = reader.value(symbol, atr, ATR_BARS)
    return abs(float(one - other)) / reach if one is not None and other is not None and reach else None


def volumes(multiple: float, seen: Observation) -> list[str]:
    found = []
    for symbol in seen.symbols:
        times = seen.reader.value(symbol, relative_volume, VOLUME_BARS)
        if times is not None and times >= multiple and seen.account.marked_at.get(symbol) == seen.now:
            found.append(f"{symbol} traded {times:.1f} times its usual volume")
    return found


def stops(multiple: float, reader: AsOfReader, account: Account) -> list[str]:
    found = []
    for order in account.working.values():
        distance = in_atr(reader, order.symbol, account.marks.get(order.symbol), order.stop_price)
        if distance is not None and distance <= multiple:
            found.append(f"the stop of order {order.number} is {distance:.1f} ATR away")
    return found


def is_shaded(params: LlmParams, step: int) -> bool:
    """Whether a skipped step belongs to the sample that is asked about all the same; the same in every repetition."""
    return Random(f"{params.shade_seed}:{step}").random() < params.shade_rate


def is_analysis_due(params: LlmParams, step: int, last: LastAsked) -> bool:
    """Whether a multiple of the interval has passed since the model was last asked."""
    every = params.analysis_every
    return bool(every and last.step and (step - 1) // every > (last.step - 1) // every)
