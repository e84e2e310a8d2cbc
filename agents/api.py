"""Starting runs over the API, and their statistics."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from agents.llm.api import BudgetIn
from agents.llm.quote import quote_facts, quote_make
from agents.selectors import statistics_now
from agents.services import request_checked, session_start
from agents.universe import MOST_SYMBOLS, Universe, symbols_with_data
from core.api import OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from profiles.models import TradingModel
from profiles.selectors import access_model
from profiles.validate import known_fields
from runs.api import RunOut, runs_matching
from runs.cadence import Cadence
from runs.models import Mode, Session
from runs.selectors import access_run
from runs.services.start import RunRequest


class StartIn(serializers.Serializer[dict[str, Any]]):
    """What to trade and when. The decider and its parameters are the Model's own unless given."""

    universe = serializers.ChoiceField(choices=Universe.choices, default=Universe.CHOSEN)
    symbols = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=MOST_SYMBOLS, default=list,
        help_text="of universe chosen, at least one",
    )  # fmt: skip
    date_from = serializers.DateField()
    date_to = serializers.DateField(required=False, help_text="the last day of a daily run")
    mode = serializers.ChoiceField(choices=Mode.choices, default=Mode.INTRADAY)
    cadence = serializers.ChoiceField(
        choices=Cadence.choices, default=Cadence.DAY, help_text="how often a daily run decides"
    )
    session = serializers.ChoiceField(choices=Session.choices, default=Session.REGULAR)
    decider = serializers.CharField(max_length=40, required=False)
    decider_params = serializers.DictField(required=False)
    steps_per_second = serializers.FloatField(min_value=0.01, max_value=1000, required=False, allow_null=True)
    budget = BudgetIn(required=False)
    feed = serializers.CharField(
        max_length=40,
        required=False,
        help_text="starts a live run: bars come from this feed as they happen, in a session that is not over",
    )
    idempotency_key = serializers.CharField(
        max_length=100, required=False, help_text="or the header Idempotency-Key; the same key starts one run"
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if not sent["symbols"] and sent["universe"] != Universe.ALL:
            raise serializers.ValidationError(
                {"symbols": "Name at least 1 symbol, or let the universe be all."}
            )
        return sent

    def to_request(self, model: TradingModel, key: str) -> RunRequest:
        sent = dict(self.validated_data)
        decider = sent.pop("decider", model.decider)
        own_params = model.decider_params if decider == model.decider else {}
        first, last = sent["date_from"], sent.pop("date_to", sent["date_from"])
        if sent.pop("universe") == Universe.ALL:
            sent["symbols"] = symbols_with_data(
                model, mode=sent["mode"], session=sent["session"], first=first, last=last
            )
        return RunRequest(
            model_id=model.pk,
            decider=decider,
            decider_params=sent.pop("decider_params", own_params),
            date_to=last,
            idempotency_key=sent.pop("idempotency_key", key),
            **sent,
        )


class QuoteOut(serializers.Serializer[dict[str, Any]]):
    """Estimates of what a run will take; `cost` null is unknown. A decider that asks nobody takes no calls."""

    decider = serializers.CharField()
    endpoint = serializers.CharField()
    ai_model = serializers.CharField()
    steps = serializers.IntegerField()
    calls = serializers.IntegerField()
    tokens = serializers.IntegerField(help_text="of requests and answers")
    cached_tokens = serializers.IntegerField(
        help_text="of requests, that the provider will find in its cache"
    )
    cost = serializers.CharField(allow_null=True, help_text="dollars; null: nobody knows the price")
    seconds = serializers.IntegerField()
    runs_seen = serializers.IntegerField(
        help_text="of this Model, that it was learned from; 0: from the prompt"
    )
    pauses = serializers.ListField(child=serializers.CharField(), help_text="caps that it would meet")


class StatisticsOut(serializers.Serializer[dict[str, Any]]):
    as_of_step = serializers.IntegerField()
    values = serializers.DictField(help_text="by field name; null is undefined")


class ModelRuns(OwnedApiView):
    @extend_schema(operation_id="models_runs_list", responses=paged(RunOut))
    def get(self, request: UserApiRequest, model_id: int) -> Response:
        """List a Model's runs, newest first."""
        model = access_model(request.user, model_id)
        return page_of(self, request, runs_matching(request, model=model.pk), RunOut)

    @extend_schema(
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        request=StartIn,
        responses={201: RunOut, 200: RunOut},
        operation_id="models_runs_start",
    )
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Start a run: 201, or 200 with the run that this idempotency key has started before; 409 when too many run."""
        key = request.headers.get("Idempotency-Key", "")[:100]
        run, is_new = session_start(request.user, asked_for(request, model_id, key))
        return Response(RunOut(run).data, status=201 if is_new else 200)


class ModelRunQuote(OwnedApiView):
    @extend_schema(request=StartIn, responses=QuoteOut, operation_id="models_runs_quote")
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Estimate what a run would take; starts nothing. Refuses what could not be started."""
        wanted = request_checked(request.user, asked_for(request, model_id))
        quote = quote_make(request.user, wanted)
        return Response({"decider": wanted.decider, **quote_facts(quote)})


def asked_for(request: UserApiRequest, model_id: int, key: str = "") -> RunRequest:
    model = access_model(request.user, model_id)
    sent = StartIn(data=request.data)
    if isinstance(request.data, dict):
        known_fields(request.data, sent.fields)
    sent.is_valid(raise_exception=True)
    return sent.to_request(model, key)


class RunStatistics(OwnedApiView):
    @extend_schema(responses=StatisticsOut)
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """Every statistic as of the last processed step; of a run without a step there are none."""
        found = statistics_now(access_run(request.user, run_id))
        return Response(
            {"as_of_step": found.as_of_step if found else 0, "values": found.values if found else {}}
        )
