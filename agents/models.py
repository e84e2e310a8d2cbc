"""Tables of this room; each part of it keeps its own."""

from agents.batches.models import Batch, BatchItem
from agents.earned.models import ReportState, RuleEarning, RuleReport, SubjectKind
from agents.report.models import RunShare

__all__ = ["Batch", "BatchItem", "ReportState", "RuleEarning", "RuleReport", "RunShare", "SubjectKind"]
