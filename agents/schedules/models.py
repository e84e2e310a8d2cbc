"""Tables of schedules: what a user wants started when, and what became of each fire."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from agents.schedules.timing import Anchor, Repeat, Subject, Timing
from agents.universe import Universe
from core.models import OwnedModel
from runs.models import Mode, Session


class Missed(models.TextChoices):
    LATE = "late", "Run it late"
    SKIP = "skip", "Skip it and tell me"


class Schedule(OwnedModel):
    """Runs of a Model that start by themselves. `next_fire_at` follows from the rest and the exchange's calendar."""

    model = models.ForeignKey("profiles.TradingModel", on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=100)

    repeat = models.CharField(max_length=12, choices=Repeat.choices, default=Repeat.DAY)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)  # Monday is 0
    once_on = models.DateField(null=True, blank=True)
    subject = models.CharField(max_length=10, choices=Subject.choices, default=Subject.TODAY)
    anchor = models.CharField(max_length=6, choices=Anchor.choices, default=Anchor.CLOSE)
    offset_minutes = models.SmallIntegerField(default=30)
    clock = models.TimeField(null=True, blank=True, help_text="exchange time")
    missed = models.CharField(max_length=5, choices=Missed.choices, default=Missed.LATE)

    universe = models.CharField(max_length=6, choices=Universe.choices, default=Universe.CHOSEN)
    symbols = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.INTRADAY)
    session = models.CharField(max_length=10, choices=Session.choices, default=Session.REGULAR)
    days = models.PositiveSmallIntegerField(
        default=1, help_text="trading days of a daily run, up to the session's"
    )
    cadence = models.CharField(max_length=8, blank=True, help_text="how often a daily run decides")
    feed = models.CharField(
        max_length=40, blank=True, help_text="where a live session's bars come from, or bars that lack"
    )
    decider = models.CharField(max_length=40)
    decider_params = models.JSONField(default=dict, blank=True)
    budget = models.JSONField(default=dict, blank=True)

    next_fire_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at=None) | Q(next_fire_at=None), name="schedule_paused_has_no_next"
            ),
            models.CheckConstraint(condition=Q(days__gt=0), name="schedule_days_above_zero"),
        ]
        indexes = [
            models.Index(
                fields=["next_fire_at"], name="schedule_due", condition=Q(next_fire_at__isnull=False)
            ),
            models.Index(fields=["user", "-id"], name="schedule_newest_of_user"),
            models.Index(fields=["model", "-id"], name="schedule_newest_of_model"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_over(self) -> bool:
        """Whether it has nothing more to fire."""
        return self.next_fire_at is None and not self.is_paused

    @property
    def is_daily(self) -> bool:
        return self.mode == Mode.DAILY

    @property
    def is_live(self) -> bool:
        return self.subject == Subject.LIVE

    @property
    def timing(self) -> Timing:
        return Timing(
            repeat=Repeat(self.repeat),
            anchor=Anchor(self.anchor),
            session=Session.REGULAR if self.is_daily else self.session,
            subject=Subject(self.subject),
            offset=timedelta(minutes=self.offset_minutes),
            clock=self.clock,
            weekdays=frozenset(self.weekdays),
            once_on=self.once_on if self.repeat == Repeat.ONCE else None,
        )


class FireState(models.TextChoices):
    WAITING = "waiting"  # for room, or for bars
    STARTED = "started"
    SKIPPED = "skipped"  # missed, or over before it could start
    REFUSED = "refused"  # the Model can't run this


class Outcome(NamedTuple):
    """What came of trying to start a fire, and why not more."""

    state: FireState
    problem: str = ""


class ScheduleFire(OwnedModel):
    """What became of one fire. One row for each session of a schedule, whoever asked for it: so nothing starts twice."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires")
    session_day = models.DateField(help_text="the trading day whose session it trades")
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(help_text="when the clock came by, or somebody pressed Run now")
    state = models.CharField(max_length=8, choices=FireState.choices, default=FireState.WAITING)
    is_late = models.BooleanField(default=False)
    is_by_hand = models.BooleanField(default=False)
    problem = models.TextField(blank=True, help_text="why it waits, or did not start")
    download = models.ForeignKey(
        "market.Download", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    run = models.ForeignKey(
        "runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="schedule_fires"
    )

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "session_day"], name="schedule_session_once"),
        ]
        indexes = [
            models.Index(fields=["schedule", "-due_at"], name="schedule_fire_newest"),
            models.Index(fields=["-fired_at"], name="schedule_fire_when"),
            models.Index(
                fields=["schedule"], name="schedule_fire_waiting", condition=Q(state=FireState.WAITING)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id}: {self.session_day} {self.state}"
