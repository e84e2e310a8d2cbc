"""Every write of paper money: what the core computed for some steps, stored in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from broker.batch import Batch
from broker.equity import Ints, to_units
from broker.models import Checkpoint, EquitySegment, Order, Position, RoundTrip
from broker.rows import fill_rows, order_row, order_rows, round_trip_rows
from core.bulk import ids_reserve, long_row_insert, rows_insert, rows_update, rows_upsert
from rules.verdicts import RULE, owner
from runs.models import Run
from trading.ledger import Account
from trading.margin import MARGIN_CALL
from trading.orders import Order as CoreOrder
from trading.session import StepResult

REASON_LENGTH = 500
MANY_STEPS = 200  # from here on a round trip of its own costs less than spelling out five columns
FORCED_REASON = "Margin call: the broker closes what it takes to be above maintenance margin again."


class Numbers(NamedTuple):
    """What rows of some steps need to point at each other, and to go on counting."""

    order_ids: dict[int, int]  # by number
    trips_before: int


def numbers_draw(run: Run, batch: Batch) -> Numbers:
    """All that has to be read before some steps are stored. First of all: whoever reads waits for what went ahead."""
    eventful = batch.eventful
    trips = RoundTrip.objects.filter(run=run).count() if any(r.round_trips for r in eventful) else 0
    new = [order.number for order in latest_orders(batch) if order.decided_step >= batch.first_step]
    ids = dict(zip(new, ids_reserve(Order, len(new)), strict=True))
    older = {fill.order_number for result in eventful for fill in result.fills} - ids.keys()
    if older:
        ids |= dict(Order.objects.filter(run=run, number__in=older).values_list("number", "id"))
    return Numbers(ids, trips)


def steps_record(run: Run, batch: Batch, account: Account, numbers: Numbers) -> None:
    """Store orders, fills, round trips, positions and the checkpoint of committed-together steps.

    The caller holds the run's row lock.
    """
    eventful, latest = batch.eventful, latest_orders(batch)
    new = [order for order in latest if order.decided_step >= batch.first_step]
    fills = [fill for result in eventful for fill in result.fills]
    trips = [trip for result in eventful for trip in result.round_trips]
    orders_record(run, eventful, new, numbers.order_ids)
    orders_update(run, [order for order in latest if order.decided_step < batch.first_step])
    rows_insert(fill_rows(run, run.fill_count + 1, fills, numbers.order_ids))
    rows_insert(round_trip_rows(run, numbers.trips_before + 1, trips))
    positions_record(run, account, has_moved=bool(fills) or any(result.notices for result in eventful))
    checkpoint = Checkpoint(user_id=run.user_id, run=run, step=account.step, account=account.to_json())
    rows_upsert([checkpoint], unique=["run_id"], changing=["step", "account"])


def latest_orders(batch: Batch) -> Collection[CoreOrder]:
    """Every order that was created or changed, as the last of the steps left it."""
    return {order.number: order for result in batch.eventful for order in result.orders}.values()


def orders_record(
    run: Run, results: Sequence[StepResult], new: Sequence[CoreOrder], ids: Mapping[int, int]
) -> None:
    """Insert the new orders of these steps."""
    reasons = {result.step: result.decision.reasoning[:REASON_LENGTH] for result in results}
    rows_insert(order_rows(run, [(ids[order.number], order, reason_of(order, reasons)) for order in new]))


def orders_update(run: Run, orders: Sequence[CoreOrder]) -> None:
    rows_upsert(
        [order_row(run, order, "") for order in orders], unique=["run_id", "number"], changing=CHANGING
    )


CHANGING = [
    "status",
    "filled_quantity",
    "quantity",
    "limit_price",
    "stop_price",
    "trail_amount",
    "take_profit",
    "stop_loss",
    "active_from",
    "closed_at",
    "note",
]


def reason_of(order: CoreOrder, decided: Mapping[int, str]) -> str:
    """The decider's reasoning, of an order that it asked for; of any other who asked."""
    if order.tag == MARGIN_CALL:
        return FORCED_REASON
    if order.tag.startswith(RULE):
        return f"Closed by {owner(order.tag)}."
    return decided[order.decided_step]


def equity_record(run: Run, batch: Batch, benchmark: Ints) -> None:
    """Store the account after each of these steps. `benchmark` holds buy-and-hold's equity at every step of the run, in
    units."""
    segment = EquitySegment(
        user_id=run.user_id,
        run=run,
        first_step=batch.first_step,
        peak_before=int(to_units([batch.peak_before])[0]),
        **batch.columns()._asdict(),
        benchmark=benchmark[batch.first_step - 1 :][: len(batch)],
    )
    if len(batch) < MANY_STEPS:
        rows_insert([segment])
    else:
        long_row_insert(segment)


def positions_record(run: Run, account: Account, *, has_moved: bool) -> None:
    """Bring the positions up to date; a symbol that is held no more keeps its row, at 0, once something `has_moved`."""
    rows = [
        Position(
            user_id=run.user_id,
            run=run,
            symbol=symbol,
            quantity=position.quantity,
            average_price=position.average_price,
            mark=account.marks.get(symbol),
        )
        for symbol, position in account.positions.items()
    ]
    rows_upsert(rows, unique=["run_id", "symbol"], changing=["quantity", "average_price", "mark"])
    if has_moved:
        gone = Position.objects.filter(run=run).exclude(symbol__in=account.positions)
        rows_update(gone, quantity=0, average_price=None)
