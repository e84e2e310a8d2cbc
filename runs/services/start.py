"""Starting a run: everything is checked, the number taken and the snapshot written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from core import clock
from core.errors import Conflict, UserError
from market.calendar import exchange_day, is_trading_day, why_closed
from market.selectors import instrument_get
from profiles.models import TradingModel
from profiles.selectors import access_model, profile_get
from runs.cadence import Cadence, cadence_check
from runs.live.start import live_session_check, live_session_open, live_terms, quotes_check
from runs.live.terms import AS_SEEN_LIVE, BARS_FROM, LiveTerms
from runs.models import Mode, Run, Session
from runs.selectors import active_run_count
from runs.services.events import event_append
from runs.services.pause import budget_clean
from runs.snapshot import snapshot_hash, snapshot_take
from trading.settings import ExecutionSettings

LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a user asks for. `decider_params` have been checked by the decider itself, above this room."""

    model_id: int
    symbols: list[str]
    date_from: date
    date_to: date
    decider: str
    session: str = Session.REGULAR
    mode: str = Mode.INTRADAY
    decider_params: dict[str, Any] = field(default_factory=dict)
    steps_per_second: float | None = None
    budget: dict[str, Any] = field(default_factory=dict)  # caps on asking, see runs.services.pause
    idempotency_key: str = ""
    cadence: str = Cadence.DAY  # how often a daily run's decider is asked
    feed: str = ""  # of a live run, whose bars come as they happen; without one it trades stored bars
    replay_of: Run | None = None
    is_as_seen: bool = False  # over the bars that the live run `replay_of` saw, instead of stored ones
    told_with: str = ""  # see Run.told_with
    snapshot: dict[str, Any] | None = None  # checked above this room; without one the Model as it is now


@transaction.atomic
def run_start(user: User, request: RunRequest) -> tuple[Run, bool]:
    """Create a queued run and return it with True; or the run that this idempotency key made before, with False.

    Raises UserError for anything that can't be traded, Conflict when the Model already has as many runs as it may.
    """
    # The Model's row lock makes run numbers gapless and the cap exact under parallel starts.
    model = access_model(user, request.model_id, lock=True)
    earlier = run_of_key(model, request.idempotency_key)
    if earlier is not None:
        return earlier, False
    open_check(model)
    symbols = symbols_check(model, allowed_symbols(model, request), request.symbols)
    dates_check(request)
    terms = live_terms(request.feed, user.pk) if request.feed else None
    cap_check(user, model)
    run = run_create(user, model, request, symbols, terms)
    event_append(run, "queued")
    return run, True


def run_of_key(model: TradingModel, key: str) -> Run | None:
    if len(key) > LONGEST_KEY or not key.isprintable():
        message = f"An idempotency key should be at most {LONGEST_KEY} printable characters."
        raise UserError(message, fields={"idempotency_key": message})
    return Run.objects.filter(model=model, idempotency_key=key).first() if key else None


def allowed_symbols(model: TradingModel, request: RunRequest) -> list[str]:
    return list(request.snapshot["model"]["allowed_symbols"] if request.snapshot else model.allowed_symbols)


def symbols_check(model: TradingModel, allowed: list[str], wanted: list[str]) -> list[str]:
    """Return the canonical symbols. Raises UserError naming what is unknown or not allowed to this Model."""
    if not wanted:
        raise UserError("Choose at least one symbol.", fields={"symbols": "At least one symbol is wanted."})
    symbols = list(dict.fromkeys(instrument_get(symbol).symbol for symbol in wanted))
    barred = [symbol for symbol in symbols if allowed and symbol not in allowed]
    if barred:
        message = f"{model.name} may trade {', '.join(allowed)}, not {', '.join(barred)}."
        raise UserError(message, fields={"symbols": message})
    return symbols


def dates_check(request: RunRequest) -> None:
    """Raises UserError for a day without a session, the future, or an order of dates that makes no range."""
    if request.date_from > request.date_to:
        raise field_error(
            "date_to", f"The last day {request.date_to} is before the first, {request.date_from}."
        )
    cadence_check(request.cadence, is_daily=request.mode == Mode.DAILY)
    if request.feed:
        live_session_check(
            mode=request.mode,
            session=request.session,
            first=request.date_from,
            last=request.date_to,
            is_paced=request.steps_per_second is not None,
        )
        return
    if request.date_to > exchange_day(clock.now()):
        raise field_error(
            "date_to", f"{request.date_to} is in the future; runs need bars that have happened."
        )
    if request.mode == Mode.INTRADAY:
        if request.date_from != request.date_to:
            raise field_error("date_to", "An intraday run trades one day; choose mode daily for a range.")
        if request.session not in Session.values:
            wanted = ", ".join(Session.values)
            raise field_error("session", f"Session should be one of {wanted}, was {request.session!r}.")
        if not is_trading_day(request.date_from):
            raise field_error(
                "date_from", f"{request.date_from} has no session: {why_closed(request.date_from)}."
            )


def field_error(name: str, message: str) -> UserError:
    return UserError(message, fields={name: message})


def open_check(model: TradingModel) -> None:
    if model.is_archived:
        raise Conflict(f"{model.name} is archived. Restore it to start runs.", code="model_archived")
    if not model.is_active:
        raise Conflict(f"{model.name} is not active. Make it active to start runs.", code="model_inactive")


def cap_check(user: User, model: TradingModel) -> None:
    active = active_run_count(user, model.pk)
    if active >= model.max_concurrent_runs:
        raise Conflict(
            f"{model.name} has {active} runs under way and may have {model.max_concurrent_runs}. "
            "Wait for one to end, or stop it.",
            code="too_many_runs",
        )


def run_create(
    user: User, model: TradingModel, request: RunRequest, symbols: list[str], terms: LiveTerms | None
) -> Run:
    snapshot = snapshot_of(user, model, request, terms)
    run = Run.objects.create(
        user=user,
        model=model,
        number=model.next_run_number,
        mode=request.mode,
        session=request.session if request.mode == Mode.INTRADAY else "",
        date_from=request.date_from,
        date_to=request.date_to,
        symbols=symbols,
        decider=request.decider,
        decider_params=request.decider_params,
        steps_per_second=request.steps_per_second,
        budget=budget_clean(request.budget),
        idempotency_key=request.idempotency_key,
        feed=request.feed,
        snapshot=snapshot,
        snapshot_hash=snapshot_hash(snapshot),
        initial_cash=Decimal(snapshot["model"]["initial_cash"]),
        replay_of=request.replay_of,
        told_with=request.told_with,
    )
    if terms is not None:
        live_session_open(run)
    model.next_run_number += 1
    model.save(update_fields=["next_run_number"])
    return run


def snapshot_of(
    user: User, model: TradingModel, request: RunRequest, terms: LiveTerms | None
) -> dict[str, Any]:
    """The configuration that was given, or the Model's own, with the terms of a live run."""
    snapshot = request.snapshot or snapshot_take(
        model=model,
        profile=profile_get(user),
        decider=request.decider,
        decider_params=request.decider_params,
        mode=request.mode,
        cadence=request.cadence,
    )
    snapshot = {name: value for name, value in snapshot.items() if name not in ("live", BARS_FROM)}
    if request.is_as_seen:
        snapshot[BARS_FROM] = AS_SEEN_LIVE
    if terms is not None:
        quotes_check(ExecutionSettings.from_json(snapshot["execution"]))
        snapshot["live"] = terms.to_json()
    return snapshot
