"""Rows that belong to a run, and through it to its user: one look at the run's row proves both."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.models import OwnedModel
from core.rls import TableOperation


class RunRow(OwnedModel):
    """A row of one run; the user stands beside it so that row-level security needs no join.

    The foreign key is one of both columns together, which Django can't declare: each migration of such a table says `TieToRun`.
    """

    # Without indexes of their own: nobody asks past the run, and every table has an index that begins with it. The rows
    # of a user who goes away go with the runs.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    run = models.ForeignKey(
        "runs.Run",
        on_delete=models.CASCADE,
        related_name="%(class)ss",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class TieToRun(TableOperation):
    """Let a row be of a run of its own user only."""

    forwards = (
        "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (run_id, user_id) REFERENCES runs_run (id, user_id) "
        "DEFERRABLE INITIALLY DEFERRED",
    )
    backwards = ("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",)
