"""Schedules for staff: to look at, pause and let go on."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from agents.schedules.models import Schedule, ScheduleFire
from agents.schedules.services import schedule_pause, schedule_resume
from core.admin import ReadOnlyAdmin


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """Their users make and change them, so that what they say is checked."""

    list_display = [
        "id", "user", "model", "name", "repeat", "subject", "anchor", "offset_minutes", "decider", "next_fire_at",
        "paused_at", "created_at",
    ]  # fmt: skip
    list_filter = ["repeat", "subject", "mode", ("paused_at", admin.EmptyFieldListFilter)]
    search_fields = ["user__username", "model__name", "name"]
    list_select_related = ["user", "model"]
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ["pause", "resume"]

    @admin.action(description="Pause", permissions=["view"])
    def pause(self, request: HttpRequest, chosen: QuerySet[Schedule]) -> None:
        for schedule in chosen.select_related("user"):
            schedule_pause(schedule.user, schedule.pk)

    @admin.action(description="Resume", permissions=["view"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Schedule]) -> None:
        for schedule in chosen.select_related("user"):
            schedule_resume(schedule.user, schedule.pk)


@admin.register(ScheduleFire)
class ScheduleFireAdmin(ReadOnlyAdmin):
    list_display = [
        "id", "user", "schedule", "session_day", "due_at", "fired_at", "state", "is_late", "is_by_hand", "run", "problem",
    ]  # fmt: skip
    list_filter = ["state", "is_late", "is_by_hand"]
    search_fields = ["user__username", "schedule__name", "problem"]
    list_select_related = ["user", "schedule", "run"]
    date_hierarchy = "due_at"
    show_full_result_count = False
