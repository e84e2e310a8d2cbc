"""What staff see of this room; each part of it keeps its own."""

from agents.schedules.admin import ScheduleAdmin, ScheduleFireAdmin

__all__ = ["ScheduleAdmin", "ScheduleFireAdmin"]
