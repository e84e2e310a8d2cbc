"""The log over the API."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from reasoning.filters import decision_filter
from reasoning.models import Entry, EntryKind
from reasoning.selectors import EVERY_KIND, decisions_of
from runs.selectors import access_run
from trading.types import Outcome


class DecisionOut(serializers.ModelSerializer[Entry]):
    """What was wanted, why, and every limit that had something to say.

    `verdicts` point at their intent by position, null where they are about no order: a rule stopped trading at the bar. An
    `effect` says what was done where the order was not only denied: resized, stopped, liquidated.
    """

    class Meta:
        model = Entry
        fields = [
            "seq",
            "kind",
            "step",
            "simulated_at",
            "written_at",
            "outcome",
            "content",
            "confidence",
            "failure_code",
            "intents",
            "verdicts",
            "order_numbers",
            "notices",
            "context",
        ]


class Decisions(OwnedApiView):
    @extend_schema(
        parameters=[
            OpenApiParameter(
                "type",
                str,
                enum=[*(kind.value for kind in EntryKind), EVERY_KIND],
                description="decision when not given",
            ),
            OpenApiParameter("outcome", str, enum=[outcome.value for outcome in Outcome]),
            OpenApiParameter("symbol", str),
            OpenApiParameter("q", str, description="words of the reasoning, or a code of a denial"),
        ],
        responses=paged(DecisionOut),
    )
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """A run's decisions, newest first; with `type` its plans, analyses and reflections too."""
        run = access_run(request.user, run_id)
        return page_of(self, request, decisions_of(run, decision_filter(request)), DecisionOut)
