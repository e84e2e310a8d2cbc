"""Shared texts of requests that no request names any more: they go after the runs that they were written for."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core.together import write
from reasoning.calls.models import PromptPart

LOCK = 0x70617274  # of a user's shared texts, beside the user's id

# What a stored request refers to: see `reasoning.calls.request.dismantle`.
ORPHANED = """
SELECT part.id FROM reasoning_promptpart part WHERE part.user_id = %s AND part.hash NOT IN (
  SELECT named #>> '{}' FROM reasoning_llmcall call, LATERAL (
    SELECT jsonb_path_query(call.request_skeleton, '$.messages[*].content.part') UNION ALL
    SELECT jsonb_path_query(call.request_skeleton, '$.response_format.json') UNION ALL
    SELECT jsonb_path_query(call.request_skeleton, '$.tools.json')
  ) refers(named) WHERE call.user_id = %s)
"""


def owners_of_parts() -> list[int]:
    """Ids of the users who have shared texts, for whoever prunes."""
    return list(PromptPart.objects.order_by("user_id").values_list("user_id", flat=True).distinct())


def orphaned_parts(user_id: int) -> QuerySet[PromptPart]:
    """A user's texts that none of the user's stored requests needs."""
    orphaned = RawSQL(ORPHANED, [user_id, user_id])  # noqa: S611  (a text of ours with parameters)
    return PromptPart.objects.filter(user_id=user_id, pk__in=orphaned)


def orphans_erase(due: QuerySet[PromptPart]) -> int:
    """Delete some orphaned texts and return how many; for the tables' owner only."""
    with transaction.atomic():
        owners = dict(due.values_list("pk", "user_id"))
        for user_id in sorted(set(owners.values())):
            write("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, user_id])
        # Asked again under the lock: a request may have taken one up meanwhile.
        return due.filter(pk__in=owners).delete()[0] if owners else 0


def parts_hold(user_id: int) -> None:
    """Keep what is found from now on until the transaction ends: nobody erases it as orphaned before it is named."""
    write("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, user_id])
