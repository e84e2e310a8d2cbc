"""The verdict on a run over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from agents.luck.selectors import Standing, deflated_of, standing_of
from agents.luck.services import luck_request
from core.api import OwnedApiView
from core.requests import UserApiRequest
from runs.selectors import access_run


class BesideOut(serializers.Serializer[Any]):
    """Returns as fractions, after the same costs."""

    run = serializers.FloatField()
    buy_and_hold = serializers.FloatField(allow_null=True)
    equal_weight = serializers.FloatField(
        allow_null=True, help_text="null with one symbol: it is buy-and-hold"
    )
    random = serializers.DictField(
        allow_null=True, help_text="random traders of the same turnover: how many, beaten, low, median, high"
    )
    ranges = serializers.DictField(allow_null=True, help_text="95 % ranges by block bootstrap")


class LuckOut(serializers.Serializer[Any]):
    """`verdict` is more, worse or luck; none where nobody has worked it out."""

    verdict = serializers.CharField()
    headline = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)
    runs_tried = serializers.IntegerField(allow_null=True, help_text="of this Model, deleted ones too")
    more_days = serializers.IntegerField(allow_null=True)
    deflated_sharpe = serializers.FloatField(allow_null=True, help_text="probability")
    beside = BesideOut(allow_null=True)


NOTHING = {
    "verdict": "none",
    "headline": "",
    "sentence": "",
    "runs_tried": None,
    "more_days": None,
    "deflated_sharpe": None,
    "beside": None,
}


class RunLuck(OwnedApiView):
    @extend_schema(operation_id="runs_luck", responses=LuckOut)
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """Whether a run's result is more than luck, corrected for how many runs of its Model were tried."""
        standing = standing_of(access_run(request.user, run_id))
        return Response(LuckOut(NOTHING if standing is None else told(standing)).data)

    @extend_schema(operation_id="runs_luck_ask", request=None, responses={202: None})
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Have it worked out by a worker; 409 for a run that has not traded and ended."""
        luck_request(request.user, run_id)
        return Response(status=202)


def told(standing: Standing) -> dict[str, Any]:
    return {
        "verdict": standing.conclusion.verdict,
        "headline": standing.conclusion.headline,
        "sentence": standing.conclusion.sentence,
        "runs_tried": standing.runs_tried,
        "more_days": standing.judgement.more_days,
        "deflated_sharpe": deflated_of(standing),
        "beside": standing.values,
    }
