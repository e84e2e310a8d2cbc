"""The sample market into the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from market.calendar import last_closed_day
from market.columns import BarColumns, Timeframe
from market.models import BarImport, Instrument
from market.sample import AFTER_MINUTES, SEED, STOCKS, sample_market
from market.services.bars import bars_record
from market.services.recording import Recorded


@transaction.atomic
def sample_market_create(*, seed: int = SEED, now: datetime | None = None, minute_days: int = 6) -> Recorded:
    """Store the synthetic market as of the last complete trading day. Repeating it adds only what is new.

    With another seed than the stored one, the stored bars stay as they are; see `conflicting`.
    """
    now = now or timezone.now()
    last_day = last_closed_day(now - timedelta(minutes=AFTER_MINUTES))
    market = sample_market(last_day, seed=seed, minute_days=minute_days)
    for stock in STOCKS:
        Instrument.objects.get_or_create(
            symbol=stock.symbol,
            defaults={"name": stock.name, "kind": stock.kind, "sector": stock.sector, "is_synthetic": True},
        )
    parts = [
        _record(market.daily, Timeframe.DAY, seed, now),
        _record(market.minutes, Timeframe.MINUTE, seed, now),
    ]
    return Recorded(
        *(sum(getattr(part, name) for part in parts) for name in ("stored", "already_stored", "conflicting"))
    )


def _record(
    bars_by_symbol: Mapping[str, BarColumns], timeframe: Timeframe, seed: int, now: datetime
) -> Recorded:
    ids = dict(Instrument.objects.filter(symbol__in=bars_by_symbol).values_list("symbol", "pk"))
    bars = BarColumns._make(np.concatenate(columns) for columns in zip(*bars_by_symbol.values(), strict=True))
    counts = [len(columns.start) for columns in bars_by_symbol.values()]
    bar_import, _ = BarImport.objects.get_or_create(
        source=f"sample market, seed {seed}",
        timeframe=timeframe.value,
        defaults={"format": "synthetic", "status": BarImport.Status.COMPLETED, "started_at": now},
    )
    recorded = bars_record(
        bars,
        instrument_ids=np.repeat([ids[symbol] for symbol in bars_by_symbol], counts),
        lines=np.arange(1, sum(counts) + 1),
        timeframe=timeframe,
        bar_import=bar_import,
    )
    bar_import.stored += recorded.stored
    bar_import.rows_read = bar_import.stored
    bar_import.ended_at = now
    bar_import.save()
    return recorded
