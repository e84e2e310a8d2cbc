"""Every write of shared facts."""

from market.services.actions import actions_import
from market.services.bars import bars_record
from market.services.imports import bars_import
from market.services.quotes import quotes_record
from market.services.recording import Conflict, Recorded
from market.services.report import ImportReport
from market.services.samples import sample_market_create

__all__ = [
    "Conflict",
    "ImportReport",
    "Recorded",
    "actions_import",
    "bars_import",
    "bars_record",
    "quotes_record",
    "sample_market_create",
]
