"""Runs over the API: what the pages show, through the same selectors and services."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from core.api import OwnedApiView, page_of, paged
from core.errors import UserError
from core.requests import UserApiRequest
from profiles.validate import known_fields
from runs.forms import RunFilterForm
from runs.live.shown import LiveShown, live_shown
from runs.models import Run, RunEvent
from runs.query import number_in
from runs.selectors import HEAVY, access_run, events_since, runs_of_user
from runs.services import run_delete, run_label, run_pause_ask, run_stop
from runs.summary import RunSummary

MOST_EVENTS = 500


class RunOut(serializers.ModelSerializer[Run]):
    """A run with its figures so far; null is undefined."""

    model_id = serializers.IntegerField()
    coverage = serializers.FloatField(allow_null=True, help_text="bars present ÷ bars expected")
    total_return = serializers.SerializerMethodField(help_text="fraction")
    benchmark_return = serializers.SerializerMethodField(help_text="fraction, of buy-and-hold")
    max_drawdown = serializers.SerializerMethodField(help_text="fraction")
    url = serializers.SerializerMethodField(help_text="of its page")

    class Meta:
        model = Run
        fields = [
            "id",
            "model_id",
            "number",
            "url",
            "state",
            "mode",
            "session",
            "feed",
            "date_from",
            "date_to",
            "symbols",
            "title",
            "notes",
            "tags",
            "is_pinned",
            "decider",
            "steps_per_second",
            "cursor",
            "steps_total",
            "coverage",
            "data_hash",
            "snapshot_hash",
            "asked_count",
            "decided_count",
            "failed_count",
            "order_count",
            "fill_count",
            "denial_count",
            "initial_cash",
            "equity",
            "total_return",
            "benchmark_return",
            "max_drawdown",
            "simulated_at",
            "stop_requested_at",
            "pause_requested_at",
            "pause_code",
            "pause_message",
            "resume_at",
            "budget",
            "failure_code",
            "failure_message",
            "worker_seconds",
            "created_at",
            "started_at",
            "ended_at",
        ]

    def summary(self, run: Run) -> RunSummary:
        return RunSummary(run, getattr(run, "statistics", None), timezone.now())

    def get_total_return(self, run: Run) -> float | None:
        return self.summary(run).total_return

    def get_benchmark_return(self, run: Run) -> float | None:
        return self.summary(run).benchmark_return

    def get_max_drawdown(self, run: Run) -> float | None:
        return self.summary(run).max_drawdown

    def get_url(self, run: Run) -> str:
        return reverse("runs:run-detail", args=[run.model_id, run.number])


class LiveOut(serializers.Serializer[LiveShown]):
    """How a live run hears its feed. Counts are of bars."""

    lag_seconds = serializers.FloatField(
        allow_null=True, help_text="of the newest bar; null before the first"
    )
    late = serializers.IntegerField(source="live.late", help_text="beyond the limit: nobody was asked")
    missing = serializers.IntegerField(help_text="of minutes that are over")
    corrected = serializers.IntegerField(source="live.corrected", help_text="came again with other figures")
    refused = serializers.IntegerField(source="live.refused", help_text="that no market prints")
    down_since = serializers.DateTimeField(source="live.down_since", allow_null=True)
    problem = serializers.CharField(help_text="why nothing is opened just now; empty: nothing is wrong")


class RunDetailOut(RunOut):
    live = serializers.SerializerMethodField(help_text="null for a run over stored bars")

    class Meta(RunOut.Meta):
        fields = [*RunOut.Meta.fields, "live", "decider_params", "snapshot"]

    @extend_schema_field(LiveOut(allow_null=True))
    def get_live(self, run: Run) -> dict[str, Any] | None:
        shown = live_shown(run)
        return LiveOut(shown).data if shown else None


class LabelIn(serializers.Serializer[dict[str, Any]]):
    title = serializers.CharField(required=False, allow_blank=True)
    notes = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    is_pinned = serializers.BooleanField(required=False)


class EventOut(serializers.ModelSerializer[RunEvent]):
    class Meta:
        model = RunEvent
        fields = ["seq", "kind", "payload", "simulated_at", "at"]


def runs_matching(request: UserApiRequest, **given: object) -> QuerySet[Run]:
    """The user's runs as the query filters them. Raises UserError for a filter that makes no sense."""
    form = RunFilterForm(request.user, {**request.query_params.dict(), **given})
    if not form.is_valid():
        fields = {name: " ".join(map(str, messages)) for name, messages in form.errors.items()}
        raise UserError("; ".join(f"{name}: {text}" for name, text in fields.items()), fields=fields)
    return form.narrowed(runs_of_user(request.user).defer(*HEAVY))


FILTERS = [
    OpenApiParameter("model", int, description="id of a Model"),
    OpenApiParameter("state", str, enum=["queued", "running", "paused", "completed", "stopped", "failed"]),
    OpenApiParameter("symbol", str),
]


class Runs(OwnedApiView):
    @extend_schema(operation_id="runs_list", parameters=FILTERS, responses=paged(RunOut))
    def get(self, request: UserApiRequest) -> Response:
        """List the user's runs, newest first."""
        return page_of(self, request, runs_matching(request), RunOut)


class RunDetail(OwnedApiView):
    @extend_schema(responses=RunDetailOut)
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """A run with its strategy snapshot."""
        return Response(RunDetailOut(access_run(request.user, run_id)).data)

    @extend_schema(request=LabelIn, responses=RunDetailOut)
    def patch(self, request: UserApiRequest, run_id: int) -> Response:
        """Change the owner's own words about a run: title, notes, tags, pin. Nothing else of a run can be changed."""
        access_run(request.user, run_id)
        sent = LabelIn(data=request.data)
        if isinstance(request.data, dict):
            known_fields(request.data, sent.fields)
        sent.is_valid(raise_exception=True)
        return Response(RunDetailOut(run_label(request.user, run_id, **sent.validated_data)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: UserApiRequest, run_id: int) -> Response:
        """Take an ended run out of all lists; 409 while it is active. Its number stays used."""
        run_delete(request.user, run_id)
        return Response(status=204)


class RunStop(OwnedApiView):
    @extend_schema(request=None, responses=RunOut)
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Ask a run to stop; it does within one step and keeps everything. Harmless to repeat."""
        return Response(RunOut(run_stop(request.user, run_id)).data)


class RunPause(OwnedApiView):
    @extend_schema(request=None, responses=RunOut)
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Ask a running run to pause; it does after its step and keeps everything. 409 when it isn't running."""
        return Response(RunOut(run_pause_ask(request.user, run_id)).data)


class RunEvents(OwnedApiView):
    @extend_schema(parameters=[OpenApiParameter("after", int)], responses=EventOut(many=True))
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """Events after a number, oldest first, at most 500: ask again with the last `seq` to follow a run."""
        run = access_run(request.user, run_id)
        found = events_since(run, number_in(request, "after") or 0)[:MOST_EVENTS]
        return Response(EventOut(found, many=True).data)
