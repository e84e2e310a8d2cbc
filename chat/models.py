"""Tables of conversations. A conversation is a tree of messages, a message a list of parts, a turn the work on an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import OwnedModel

STALE_SECONDS = 20  # without a sign of life, a turn's worker counts as dead


class Scope(models.TextChoices):
    GENERAL = "general"
    MODEL = "model"
    RUN = "run"


class Conversation(OwnedModel):
    """About everything of the user, one Model, or one run; it outlives both. `leaf` ends the branch that is shown."""

    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.GENERAL)
    model = models.ForeignKey(
        "profiles.TradingModel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    run = models.ForeignKey("runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    is_renamed = models.BooleanField(default=False)
    leaf = models.ForeignKey("Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-active_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="conversation_has_no_other_subject",
                condition=Q(scope="general", model=None, run=None)
                | Q(scope="model", run=None)
                | Q(scope="run", model=None),
            )
        ]
        indexes = [models.Index(fields=["user", "-active_at", "-id"], name="conversation_newest_of_user")]

    def __str__(self) -> str:
        return self.title or "New conversation"


class Role(models.TextChoices):
    USER = "user"
    ASSISTANT = "assistant"


class Message(OwnedModel):
    """A question or an answer. Messages with the same parent are versions of each other."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="versions"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    depth = models.PositiveIntegerField(default=0)
    # What was said up to and including this message, for an analyst that can't read it all; empty for most.
    summary = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["conversation", "depth", "id"]
        indexes = [models.Index(fields=["conversation", "parent"], name="message_versions")]

    def __str__(self) -> str:
        return f"{self.role} {self.pk} in {self.conversation_id}"


class PartKind(models.TextChoices):
    TEXT = "text"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    PROPOSAL = "proposal"
    ERROR = "error"


class Part(OwnedModel):
    """A piece of a message, stored when it ends; a text also now and then while it is written."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=PartKind.choices)
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    is_open = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["message", "position"]
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="part_position_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of {self.message_id}"


class TurnState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    WORKER_LOST = "worker_lost"


ACTIVE_TURNS = (TurnState.QUEUED, TurnState.RUNNING)


class Turn(OwnedModel):
    """The work on one answer. It ends exactly once; the token fences off whoever comes late."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    question = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="asked")
    answer = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="turn")
    request_id = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=TurnState.choices, default=TurnState.QUEUED)
    endpoint = models.CharField(max_length=60, blank=True)
    ai_model = models.CharField(max_length=200, blank=True)
    is_built_in = models.BooleanField(default=False)

    claim_token = models.CharField(max_length=32, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    woken_at = models.DateTimeField(default=timezone.now)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    # Up to which entry of the stream of deltas the stored parts go.
    stream_id = models.CharField(max_length=40, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    first_text_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_partial = models.BooleanField(default=False)
    error_code = models.CharField(max_length=40, blank=True)

    # What it took; null is unknown, never 0.
    calls = models.PositiveSmallIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    cached_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    output_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=16, decimal_places=9, null=True, blank=True)
    # Numbers in its texts, and those of them that a tool result of this turn says.
    numbers = models.PositiveIntegerField(default=0)
    verified_numbers = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "request_id"], name="turn_request_once"),
            models.UniqueConstraint(
                fields=["conversation"],
                name="turn_one_active_a_conversation",
                condition=Q(state__in=["queued", "running"]),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="turn_newest_of_user"),
            models.Index(
                fields=["woken_at"], name="turn_active", condition=Q(state__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"Turn {self.pk} ({self.state})"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_TURNS

    @property
    def is_stale(self) -> bool:
        """Whether its worker has given no sign of life for so long that it counts as dead."""
        if self.state != TurnState.RUNNING or self.heartbeat_at is None:
            return False
        return timezone.now() - self.heartbeat_at > timedelta(seconds=STALE_SECONDS)

    @property
    def verified_share(self) -> float | None:
        """None for an answer without numbers."""
        return self.verified_numbers / self.numbers if self.numbers else None


class ProposalState(models.TextChoices):
    APPLIED = "applied"
    DISMISSED = "dismissed"
    UNDONE = "undone"


class ProposalOutcome(OwnedModel):
    """What the user did with a proposal of the analyst. One without a row is open."""

    part = models.OneToOneField(Part, on_delete=models.CASCADE, related_name="outcome")
    state = models.CharField(max_length=10, choices=ProposalState.choices)
    result = models.JSONField(default=dict, blank=True)  # what was made, and what undoing it needs
    applied_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.part_id} {self.state}"


class Answerer(models.TextChoices):
    AUTOMATIC = "automatic", "Automatic: my default endpoint, else the site's, else the built-in analyst"
    BUILT_IN = "built_in", "Built-in analyst, without a language model"
    ENDPOINT = "endpoint", "This endpoint"


class LimitFields(models.Model):
    """Caps on asking the analyst. Empty: no cap."""

    questions_a_day = models.PositiveIntegerField(null=True, blank=True)
    cost_a_day = models.DecimalField(
        "dollars a day",
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        abstract = True


class AnalystSettings(LimitFields, OwnedModel):
    """Who answers a user, with what instructions, within what caps a day."""

    answerer = models.CharField(max_length=10, choices=Answerer.choices, default=Answerer.AUTOMATIC)
    endpoint = models.CharField(max_length=60, blank=True)  # by name: it may be the site's
    ai_model = models.CharField(max_length=200, blank=True)
    instructions = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "analyst settings"
        constraints = [models.UniqueConstraint(fields=["user"], name="analyst_settings_one_a_user")]

    def __str__(self) -> str:
        return f"Analyst of {self.user}"


class AnalystDefaults(LimitFields):
    """What the operator says about everybody's analyst. One row."""

    answerer = models.CharField(
        max_length=10,
        choices=[(Answerer.AUTOMATIC, "The user's or the site's endpoint"), (Answerer.BUILT_IN, "Built in")],
        default=Answerer.AUTOMATIC,
        help_text="Who answers users who have chosen nothing.",
    )
    ai_model = models.CharField(
        max_length=200, blank=True, help_text="At the site's endpoint. Empty: its first."
    )
    instructions = models.TextField(blank=True, help_text="Added to everybody's analyst.")
    questions_a_minute = models.PositiveIntegerField(default=20, validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = verbose_name_plural = "analyst defaults"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="analyst_defaults_one_row")]

    def __str__(self) -> str:
        return "Analyst"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)
