"""Tables of runs. What a run did stands in `broker` and `reasoning`, above."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.models import OwnedModel
from runs.live.models import LiveBar, LiveSession, LiveStep

__all__ = [
    "LiveBar",
    "LiveSession",
    "LiveStep",
    "Mode",
    "Run",
    "RunEvent",
    "RunState",
    "RunStatistics",
    "Session",
]


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"


ACTIVE_STATES = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)
LEGAL_MOVES: dict[str, frozenset[str]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.FAILED}),
    RunState.RUNNING: frozenset({RunState.PAUSED, RunState.COMPLETED, RunState.STOPPED, RunState.FAILED}),
    RunState.PAUSED: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.FAILED}),
    RunState.COMPLETED: frozenset(),
    RunState.STOPPED: frozenset(),
    RunState.FAILED: frozenset(),
}


class Mode(models.TextChoices):
    INTRADAY = "intraday"
    DAILY = "daily"


class Session(models.TextChoices):
    PRE = "pre"
    REGULAR = "regular"
    AFTER = "after"


class Run(OwnedModel):
    """One execution of a Model. Its number is never used twice; its snapshot never changes."""

    model = models.ForeignKey("profiles.TradingModel", on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.INTRADAY)
    session = models.CharField(max_length=10, choices=Session.choices, default=Session.REGULAR, blank=True)
    date_from = models.DateField()
    date_to = models.DateField()
    symbols = ArrayField(models.CharField(max_length=32))
    decider = models.CharField(max_length=40)
    decider_params = models.JSONField(default=dict, blank=True)
    steps_per_second = models.FloatField(
        null=True, blank=True, help_text="pace to watch it at; empty: as fast as it goes"
    )
    idempotency_key = models.CharField(max_length=100, blank=True)
    feed = models.CharField(max_length=40, blank=True, help_text="of a live run; empty: stored bars")

    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)

    # Progress, moved only together with the rows of the steps it counts.
    cursor = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(null=True, blank=True)
    bars_present = models.PositiveIntegerField(null=True, blank=True)
    bars_expected = models.PositiveIntegerField(null=True, blank=True)
    data_hash = models.CharField(max_length=64, blank=True)
    asked_count = models.PositiveIntegerField(default=0)
    decided_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    order_count = models.PositiveIntegerField(default=0)
    fill_count = models.PositiveIntegerField(default=0)
    denial_count = models.PositiveIntegerField(default=0)
    # How many records its log has, and the hash of the last: what is cut off or rewritten doesn't match them.
    log_count = models.PositiveIntegerField(default=0)
    log_head = models.CharField(max_length=64, blank=True)
    initial_cash = models.DecimalField(max_digits=20, decimal_places=2)
    equity = models.DecimalField(max_digits=24, decimal_places=8, null=True, blank=True)
    simulated_at = models.DateTimeField(null=True, blank=True)

    # The lease: who advances this run now, until when, and the token that fences off everybody before.
    lease_token = models.BigIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    # When a worker was last asked for; runs_to_wake() asks again when none has come.
    woken_at = models.DateTimeField(default=timezone.now)
    # When it wants to be woken, by `core.clock`: between two bars a live run holds no worker.
    wake_at = models.DateTimeField(null=True, blank=True)
    resumed_in_vain = models.PositiveSmallIntegerField(default=0)
    worker_seconds = models.FloatField(default=0)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    pause_requested_at = models.DateTimeField(null=True, blank=True)

    # Why it waits, since when, and when it goes on by itself; empty: when somebody says so.
    pause_code = models.CharField(max_length=40, blank=True)
    pause_message = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True)
    paused_in_vain = models.PositiveSmallIntegerField(default=0)
    paused_seconds = models.FloatField(default=0)
    # Caps on asking language models: calls, tokens, cost (dollars, as a string), seconds. They may be raised.
    budget = models.JSONField(default=dict, blank=True)

    # The owner's own words; nothing reads them but pages.
    title = models.CharField(max_length=100, blank=True)
    notes = models.TextField(blank=True, max_length=4000)
    tags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    is_pinned = models.BooleanField(default=False)

    failure_code = models.CharField(max_length=40, blank=True)
    failure_message = models.TextField(blank=True)
    told_with = models.CharField(
        max_length=40, blank=True, help_text="what tells of its end together with others; empty: it does"
    )
    replay_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="run_number_once"),
            # What rows of a run refer to, see runs.run_row.
            models.UniqueConstraint(fields=["id", "user"], name="run_and_its_user"),
            models.UniqueConstraint(
                fields=["model", "idempotency_key"],
                name="run_idempotency_key_once",
                condition=~Q(idempotency_key=""),
            ),
            models.CheckConstraint(condition=Q(cursor__lte=F("steps_total")), name="run_cursor_within_steps"),
            models.CheckConstraint(condition=Q(date_from__lte=F("date_to")), name="run_dates_in_order"),
            models.CheckConstraint(condition=Q(number__gt=0), name="run_number_above_zero"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="run_newest_of_user"),
            models.Index(
                fields=["user", "-is_pinned", "-id"],
                name="run_listed_pinned_then_newest",
                condition=Q(deleted_at=None),
            ),
            models.Index(fields=["model", "-number"], name="run_newest_of_model"),
            # Without the lease, which every step moves: a row that changes in no index is changed in its page alone.
            models.Index(fields=["id"], name="run_active", condition=Q(state__in=["queued", "running"])),
            models.Index(
                fields=["resume_at"],
                name="run_paused_until",
                condition=Q(state="paused", resume_at__isnull=False),
            ),
            models.Index(fields=["wake_at"], name="run_waiting_until", condition=Q(wake_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Run {self.number} of {self.model}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def is_live(self) -> bool:
        """Whether its bars come from a feed as they happen."""
        return bool(self.feed)

    @property
    def coverage(self) -> float | None:
        """Bars present ÷ bars expected; None until the data was looked at, and while more of it is to come."""
        if not self.bars_expected or self.bars_present is None or (self.is_live and self.is_active):
            return None
        return self.bars_present / self.bars_expected


class RunEvent(OwnedModel):
    """What happened to a run, in order, written in the transaction that did it. Append-only."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    payload = models.JSONField(default=dict)
    simulated_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="run_event_seq_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.seq} {self.kind}"


class RunStatistics(OwnedModel):
    """The result of a run as of its last processed step. Undefined figures are null, never 0."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="statistics", primary_key=True)
    as_of_step = models.PositiveIntegerField()
    final_equity = models.DecimalField(max_digits=24, decimal_places=8)
    total_return = models.FloatField(null=True)
    max_drawdown = models.FloatField(null=True)
    benchmark_return = models.FloatField(null=True)
    round_trips = models.PositiveIntegerField(default=0)
    win_rate = models.FloatField(null=True)
    fees_paid = models.DecimalField(max_digits=20, decimal_places=8, default=0)
    values = models.JSONField(help_text="every statistic of trading.statistics, by field name")
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "run statistics"

    def __str__(self) -> str:
        return f"Statistics of {self.run_id}"
