"""What a run trades: symbols that somebody names, or all that have data."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices

from agents.selectors import tradable
from core.errors import UserError
from market.calendar import exchange_get, session_bounds
from market.columns import Timeframe
from market.models import Bar, CorporateAction, Instrument
from profiles.models import TradingModel
from runs.models import Mode

MOST_SYMBOLS = 200


class Universe(TextChoices):
    CHOSEN = "chosen", "The symbols I name"
    ALL = "all", "All that have data"


def symbols_with_data(model: TradingModel, *, mode: str, session: str, first: date, last: date) -> list[str]:
    """Every symbol that a Model may trade and that has a bar then. Raises UserError for none, and for too many."""
    start, end = period_of(mode, session, first, last)
    timeframe = Timeframe.DAY if mode == Mode.DAILY else Timeframe.MINUTE
    bars = Bar.objects.filter(
        instrument=OuterRef("pk"), timeframe=timeframe.value, start__gte=start, start__lt=end
    )
    found = without_later_names(tradable(model).filter(Exists(bars)), first, last)
    symbols = list(found.values_list("symbol", flat=True)[: MOST_SYMBOLS + 1])
    kind = "daily" if mode == Mode.DAILY else f"{session} session"
    if not symbols:
        days = str(first) if first == last else f"{first} to {last}"
        raise refused(f"No symbol that {model.name} may trade has {kind} bars of {days}.")
    if len(symbols) > MOST_SYMBOLS:
        raise refused(
            f"More than {MOST_SYMBOLS} symbols have {kind} bars then. Name those that should be traded, "
            f"or let {model.name} trade only these."
        )
    return symbols


def without_later_names(instruments: QuerySet[Instrument], first: date, last: date) -> QuerySet[Instrument]:
    """Leave out tickers that a security took on the way: it is traded under the one it began with."""
    taken = CorporateAction.objects.filter(
        Q(kind=CorporateAction.Kind.SYMBOL_CHANGE), ex_date__gt=first, ex_date__lte=last
    )
    return instruments.exclude(symbol__in=taken.values("new_symbol"))


def period_of(mode: str, session: str, first: date, last: date) -> tuple[datetime, datetime]:
    """The moments between which bars start."""
    bounds = session_bounds(first, session) if mode != Mode.DAILY else None
    if bounds is not None:
        return bounds
    zone = exchange_get().zone
    midnights = [datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1))]
    return midnights[0].astimezone(UTC), midnights[1].astimezone(UTC)


def refused(message: str) -> UserError:
    return UserError(message, code="no_universe", fields={"universe": message})
