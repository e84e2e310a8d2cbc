"""Schedules over the API: made, changed, paused, run at once, deleted, and what became of their fires."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from agents.llm.api import BudgetIn
from agents.schedules.firing import schedule_run_now
from agents.schedules.models import FireState, Missed, Schedule, ScheduleFire
from agents.schedules.selectors import ScheduleNow, access_schedule, schedules_now, schedules_of
from agents.schedules.services import (
    ScheduleWish,
    schedule_create,
    schedule_delete,
    schedule_pause,
    schedule_resume,
    schedule_update,
)
from agents.schedules.timing import Anchor, Repeat, Subject
from agents.universe import Universe
from core.api import OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from profiles.models import TradingModel
from profiles.selectors import access_model
from profiles.validate import known_fields
from runs.cadence import Cadence
from runs.models import Mode, Session


class ScheduleIn(serializers.Serializer[dict[str, Any]]):
    """What to run and when. The decider and its parameters are the Model's own unless given."""

    name = serializers.CharField(max_length=100)
    repeat = serializers.ChoiceField(choices=Repeat.choices, default=Repeat.DAY)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=4), required=False, help_text="Monday is 0"
    )
    once_on = serializers.DateField(required=False, allow_null=True)
    subject = serializers.ChoiceField(choices=Subject.choices, default=Subject.TODAY)
    anchor = serializers.ChoiceField(choices=Anchor.choices, default=Anchor.CLOSE)
    offset_minutes = serializers.IntegerField(default=30, help_text="negative: before the open or close")
    clock = serializers.TimeField(
        required=False, allow_null=True, help_text="exchange time, for anchor clock"
    )
    missed = serializers.ChoiceField(choices=Missed.choices, default=Missed.LATE)
    universe = serializers.ChoiceField(choices=Universe.choices, default=Universe.CHOSEN)
    symbols = serializers.ListField(child=serializers.CharField(max_length=32), max_length=200, default=list)
    mode = serializers.ChoiceField(choices=Mode.choices, default=Mode.INTRADAY)
    session = serializers.ChoiceField(choices=Session.choices, default=Session.REGULAR)
    days = serializers.IntegerField(min_value=1, default=1, help_text="trading days of a daily run")
    cadence = serializers.ChoiceField(
        choices=Cadence.choices, default=Cadence.DAY, help_text="how often a daily run decides"
    )
    feed = serializers.CharField(
        max_length=40,
        default="",
        allow_blank=True,
        help_text="of a live session; of any other, where bars that lack are brought from before it starts",
    )
    decider = serializers.CharField(max_length=40, required=False)
    decider_params = serializers.DictField(required=False)
    budget = BudgetIn(required=False)

    def to_wish(self, model: TradingModel) -> ScheduleWish:
        sent = dict(self.validated_data)
        decider = sent.pop("decider", model.decider)
        own_params = model.decider_params if decider == model.decider else {}
        params = sent.pop("decider_params", own_params)
        return ScheduleWish(decider=decider, decider_params=params, **sent)


class OccasionOut(serializers.Serializer[dict[str, Any]]):
    at = serializers.DateTimeField()
    session_day = serializers.DateField(help_text="the trading day whose session it trades")


class FireOut(serializers.ModelSerializer[ScheduleFire]):
    """What became of a fire."""

    state = serializers.ChoiceField(
        choices=FireState.choices, help_text="waiting: for room, or for bars, which a download may bring"
    )

    class Meta:
        model = ScheduleFire
        fields = [
            "id", "session_day", "due_at", "fired_at", "state", "is_late", "is_by_hand", "problem", "download", "run",
        ]  # fmt: skip


class ScheduleOut(serializers.Serializer[ScheduleNow]):
    """A schedule, its next three fires and the last."""

    id = serializers.IntegerField(source="schedule.pk")
    model_id = serializers.IntegerField(source="schedule.model_id")
    name = serializers.CharField(source="schedule.name")
    state = serializers.ChoiceField(choices=["on", "paused", "over", "archived"])
    repeat = serializers.ChoiceField(source="schedule.repeat", choices=Repeat.choices)
    weekdays = serializers.ListField(source="schedule.weekdays", child=serializers.IntegerField())
    once_on = serializers.DateField(source="schedule.once_on", allow_null=True)
    subject = serializers.ChoiceField(source="schedule.subject", choices=Subject.choices)
    anchor = serializers.ChoiceField(source="schedule.anchor", choices=Anchor.choices)
    offset_minutes = serializers.IntegerField(source="schedule.offset_minutes")
    clock = serializers.TimeField(source="schedule.clock", allow_null=True)
    missed = serializers.ChoiceField(source="schedule.missed", choices=Missed.choices)
    universe = serializers.ChoiceField(source="schedule.universe", choices=Universe.choices)
    symbols = serializers.ListField(source="schedule.symbols", child=serializers.CharField())
    mode = serializers.ChoiceField(source="schedule.mode", choices=Mode.choices)
    session = serializers.ChoiceField(source="schedule.session", choices=Session.choices)
    days = serializers.IntegerField(source="schedule.days")
    cadence = serializers.CharField(source="schedule.cadence", help_text="empty: of no daily run")
    feed = serializers.CharField(source="schedule.feed")
    decider = serializers.CharField(source="schedule.decider")
    decider_params = serializers.DictField(source="schedule.decider_params")
    budget = serializers.DictField(source="schedule.budget")
    next_fires = OccasionOut(source="ahead", many=True)
    last_fire = FireOut(source="last", allow_null=True)


class SchedulesOut(serializers.Serializer[dict[str, Any]]):
    results = ScheduleOut(many=True)


def told(schedule: Schedule) -> dict[str, Any]:
    return dict(ScheduleOut(schedules_now([schedule])[0]).data)


def wished(request: UserApiRequest, model: TradingModel) -> ScheduleWish:
    sent = ScheduleIn(data=request.data)
    if isinstance(request.data, dict):
        known_fields(request.data, sent.fields)
    sent.is_valid(raise_exception=True)
    return sent.to_wish(model)


class Schedules(OwnedApiView):
    @extend_schema(operation_id="schedules_list", responses=SchedulesOut)
    def get(self, request: UserApiRequest) -> Response:
        """List all schedules, newest first; nobody has more than 100."""
        found = schedules_now(schedules_of(request.user))
        return Response({"results": [ScheduleOut(each).data for each in found]})


class ModelSchedules(OwnedApiView):
    @extend_schema(operation_id="models_schedules_create", request=ScheduleIn, responses={201: ScheduleOut})
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Make a schedule of a Model."""
        model = access_model(request.user, model_id)
        made = schedule_create(request.user, model.pk, wished(request, model))
        return Response(told(made), status=201)


class OneSchedule(OwnedApiView):
    @extend_schema(responses=ScheduleOut)
    def get(self, request: UserApiRequest, schedule_id: int) -> Response:
        """A schedule with its next three fires."""
        return Response(told(access_schedule(request.user, schedule_id)))

    @extend_schema(request=ScheduleIn, responses=ScheduleOut)
    def put(self, request: UserApiRequest, schedule_id: int) -> Response:
        """Change a schedule as a whole; what is left out takes its default."""
        model = access_schedule(request.user, schedule_id).model
        return Response(told(schedule_update(request.user, schedule_id, wished(request, model))))

    @extend_schema(responses={204: None})
    def delete(self, request: UserApiRequest, schedule_id: int) -> Response:
        """Delete a schedule with the record of its fires; runs that it started stay."""
        schedule_delete(request.user, schedule_id)
        return Response(status=204)


class ScheduleFires(OwnedApiView):
    @extend_schema(responses=paged(FireOut))
    def get(self, request: UserApiRequest, schedule_id: int) -> Response:
        """What became of a schedule's fires, newest first."""
        schedule = access_schedule(request.user, schedule_id)
        return page_of(self, request, ScheduleFire.objects.filter(schedule=schedule), FireOut)


class SchedulePause(OwnedApiView):
    @extend_schema(request=None, responses=ScheduleOut)
    def post(self, request: UserApiRequest, schedule_id: int) -> Response:
        """Let it fire no more until it is resumed. Harmless to repeat."""
        return Response(told(schedule_pause(request.user, schedule_id)))


class ScheduleResume(OwnedApiView):
    @extend_schema(request=None, responses=ScheduleOut)
    def post(self, request: UserApiRequest, schedule_id: int) -> Response:
        """Let it fire again, from its next moment on. Harmless to repeat."""
        return Response(told(schedule_resume(request.user, schedule_id)))


class ScheduleRunNow(OwnedApiView):
    @extend_schema(request=None, responses=FireOut)
    def post(self, request: UserApiRequest, schedule_id: int) -> Response:
        """Fire for the newest session that it could trade; one that was started already is returned as it is."""
        return Response(FireOut(schedule_run_now(request.user, schedule_id)).data)
