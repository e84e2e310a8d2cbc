"""Batches over the API: made from a run, watched, stopped."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from agents.batches.selectors import BatchNow, BatchRow, access_batch, batch_now
from agents.batches.services import MOST_RUNS, BatchRequest, batch_create, batch_stop
from core.api import OwnedApiView
from core.requests import UserApiRequest
from profiles.validate import known_fields
from runs.selectors import access_run


class ChangeIn(serializers.Serializer[dict[str, Any]]):
    field = serializers.CharField(
        max_length=200, help_text="such as decider.fast, execution.fee_bps, rules.<name>"
    )
    value = serializers.CharField(
        max_length=10_000, allow_blank=True, help_text="as it would be typed on the page"
    )


class DaysIn(serializers.Serializer[dict[str, Any]]):
    date_from = serializers.DateField()
    date_to = serializers.DateField(required=False, help_text="of a daily run; else the same day")


class BatchIn(serializers.Serializer[dict[str, Any]]):
    """What is different from the run: one setting, the days, or neither."""

    change = ChangeIn(required=False, allow_null=True)
    days = serializers.ListField(child=DaysIn(), max_length=MOST_RUNS, required=False)

    def to_request(self, run_id: int, key: str) -> BatchRequest:
        sent = self.validated_data
        change = sent.get("change") or {"field": "", "value": ""}
        days = [(each["date_from"], each.get("date_to", each["date_from"])) for each in sent.get("days", ())]
        return BatchRequest(run_id, days, change["field"], change["value"], key)


class BatchItemOut(serializers.Serializer[BatchRow]):
    seq = serializers.IntegerField(source="item.seq")
    date_from = serializers.DateField(source="item.date_from")
    date_to = serializers.DateField(source="item.date_to")
    run = serializers.IntegerField(
        source="item.run_id", allow_null=True, help_text="null until it is started"
    )
    state = serializers.CharField(help_text="waiting, refused, or the state of its run")
    problem = serializers.CharField(source="item.problem", help_text="why it was refused")


class BatchOut(serializers.Serializer[BatchNow]):
    """A batch as far as it is."""

    id = serializers.IntegerField(source="batch.pk")
    model_id = serializers.IntegerField(source="batch.model_id")
    source = serializers.IntegerField(  # type: ignore[assignment]  # a field named so
        source="batch.source_id", allow_null=True, help_text="the run it repeats"
    )
    change = serializers.CharField(source="batch.change", help_text="in words")
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    is_moving = serializers.BooleanField(help_text="whether anything may still happen")
    mean_return = serializers.FloatField(allow_null=True, help_text="of the runs that completed")
    stopped_at = serializers.DateTimeField(source="batch.stopped_at", allow_null=True)
    created_at = serializers.DateTimeField(source="batch.created_at")
    items = BatchItemOut(source="rows", many=True)


class RunBatches(OwnedApiView):
    @extend_schema(
        operation_id="runs_vary",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        request=BatchIn,
        responses={201: BatchOut},
    )
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Start a run again from its snapshot, with one setting changed or on other days; the same key makes one batch."""
        run = access_run(request.user, run_id)
        sent = BatchIn(data=request.data)
        if isinstance(request.data, dict):
            known_fields(request.data, sent.fields)
        sent.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "")[:100]
        batch = batch_create(request.user, sent.to_request(run.pk, key))
        return Response(BatchOut(batch_now(request.user, batch)).data, status=201)


class OneBatch(OwnedApiView):
    @extend_schema(responses=BatchOut)
    def get(self, request: UserApiRequest, batch_id: int) -> Response:
        """How far a batch is, and which runs it has started."""
        return Response(BatchOut(batch_now(request.user, access_batch(request.user, batch_id))).data)


class BatchStop(OwnedApiView):
    @extend_schema(request=None, responses=BatchOut)
    def post(self, request: UserApiRequest, batch_id: int) -> Response:
        """Start nothing more of a batch and ask what runs to stop. Harmless to repeat."""
        return Response(BatchOut(batch_now(request.user, batch_stop(request.user, batch_id))).data)
