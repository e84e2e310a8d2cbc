"""Tables of the journal. Field names follow OpenTelemetry's GenAI conventions, see `reasoning.calls.otel`."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from core.models import OwnedModel

DIGITS, PLACES = 16, 9  # of dollars; a token may cost a millionth of a cent


class PromptPart(OwnedModel):
    """A text that many requests share: kept once a user, found by its hash. Append-only."""

    hash = models.CharField(max_length=64)
    text = models.BinaryField(help_text="UTF-8, compressed by zlib")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="prompt_part_once_a_user")]

    def __str__(self) -> str:
        return self.hash[:12]


class Asked(OwnedModel):
    """What names a question: `ask_id` is the same for every attempt at it, whichever worker makes it."""

    # Without an index of its own: every table has one that begins with the run.
    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    ask_id = models.UUIDField()
    step = models.PositiveIntegerField(default=0)
    purpose = models.CharField(max_length=12)
    server_address = models.CharField(max_length=260)
    request_model = models.CharField(max_length=200)
    input_tokens = models.PositiveIntegerField(null=True)
    cached_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    reasoning_tokens = models.PositiveIntegerField(null=True)
    cost = models.DecimalField(
        max_digits=DIGITS, decimal_places=PLACES, null=True, help_text="dollars; null: unknown"
    )
    latency_ms = models.PositiveIntegerField(null=True)
    first_token_ms = models.PositiveIntegerField(null=True)
    failure_code = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class LLMCall(Asked):
    """A question with its answer, written before anybody acts on it. Append-only.

    The figures are those of the attempt that answered; `cost` and `latency_ms` cover all attempts.
    """

    sequence = models.PositiveSmallIntegerField(default=0)
    endpoint_name = models.CharField(max_length=60)
    structured_mode = models.CharField(max_length=12, blank=True)
    template = models.CharField(max_length=60, blank=True)
    template_version = models.CharField(max_length=40, blank=True)
    request_hash = models.CharField(max_length=64, help_text="SHA-256 of the request's canonical JSON")
    request_skeleton = models.JSONField(help_text="the request, with references in place of its texts")
    request_texts = models.BinaryField(help_text="texts of this request alone: a JSON list, by zlib")
    response_id = models.CharField(max_length=200, blank=True)
    response_model = models.CharField(max_length=200, blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    answer = models.BinaryField(help_text="the raw text, UTF-8, by zlib")
    attempts = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = "LLM call"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ask_id"], name="llm_call_one_answer_a_question")]
        indexes = [
            models.Index(fields=["run", "step"], name="llm_call_of_step"),
            models.Index(fields=["user", "-id"], name="llm_call_newest_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of step {self.step}: {self.failure_code or 'answered'}"


class LLMAttempt(Asked):
    """One request on the wire, written before it is sent and completed once. One that was never completed died in flight.

    `counted_*` is what budgets count: what the provider said, or our estimate where it said nothing.
    """

    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)
    response_model = models.CharField(max_length=200, blank=True)
    counted_tokens = models.PositiveIntegerField(default=0)
    counted_cost = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)

    class Meta:
        verbose_name = "LLM attempt"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ask_id", "number"], name="llm_attempt_number_once")]
        indexes = [
            models.Index(fields=["run", "step"], name="llm_attempt_of_step"),
            BrinIndex(fields=["sent_at"], name="llm_attempt_by_time"),  # for sums over days, of all users
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} at {self.purpose} of step {self.step}"


class LLMUsage(OwnedModel):
    """What a run, or everything outside runs, has used on one day (UTC), kept so that caps cost one look."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=0)
    unpriced_calls = models.PositiveIntegerField(default=0, help_text="calls whose cost is unknown")
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name = "LLM usage"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day", "run"], name="llm_usage_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["run"], name="llm_usage_of_run")]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls} calls"
