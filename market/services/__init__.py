"""Every write of shared facts."""

from market.services.bars import Conflict, Recorded, bars_record
from market.services.imports import ImportReport, bars_import
from market.services.samples import sample_market_create

__all__ = ["Conflict", "ImportReport", "Recorded", "bars_import", "bars_record", "sample_market_create"]
