"""Tables of this room; each part of it keeps its own."""

from agents.earned.models import ReportState, RuleEarning, RuleReport, SubjectKind
from agents.report.models import RunShare

__all__ = ["ReportState", "RuleEarning", "RuleReport", "RunShare", "SubjectKind"]
