"""Tables of this room; each part of it keeps its own."""

from agents.batches.models import Batch, BatchItem
from agents.earned.models import ReportState, RuleEarning, RuleReport, SubjectKind
from agents.luck.models import LuckReport
from agents.report.models import RunShare
from agents.schedules.models import Schedule, ScheduleFire

__all__ = [
    "Batch",
    "BatchItem",
    "LuckReport",
    "ReportState",
    "RuleEarning",
    "RuleReport",
    "RunShare",
    "Schedule",
    "ScheduleFire",
    "SubjectKind",
]
