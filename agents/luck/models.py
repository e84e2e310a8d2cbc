"""The table of what stands beside a run."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from broker.fields import Int64ArrayField
from core.models import OwnedModel


class LuckReport(OwnedModel):
    """What the same market gave without this trader: figures, and paths to draw. `values` are of `agents.luck.beside`.

    How many runs were tried is not kept: it grows, and the verdict with it.
    """

    run = models.OneToOneField(
        "runs.Run", on_delete=models.CASCADE, related_name="luck_report", primary_key=True
    )
    values = models.JSONField()
    at = Int64ArrayField(help_text="ends of the steps that are drawn, epoch seconds UTC")
    equity = Int64ArrayField(help_text="of the run at these steps")
    benchmark = Int64ArrayField(help_text="of buy-and-hold")
    equal_weight = Int64ArrayField(null=True, help_text="none with one symbol, where it is buy-and-hold")
    random_trader = Int64ArrayField(
        null=True, help_text="of one random trader; none for a run without a trade"
    )
    code_version = models.CharField(max_length=16)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"What stands beside {self.run_id}"
