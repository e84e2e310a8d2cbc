"""Testing endpoints, resuming runs and changing their budgets over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from agents.llm.services import endpoint_test
from agents.services import budget_change, session_resume
from core.api import OwnedApiView
from core.errors import known_fields
from core.requests import UserApiRequest
from profiles.llm.api import EndpointOut
from runs.api import RunOut
from runs.selectors import access_run


class BudgetIn(serializers.Serializer[dict[str, Any]]):
    """Caps on asking language models; null takes one away."""

    calls = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    tokens = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    cost = serializers.DecimalField(16, 4, min_value=0, required=False, allow_null=True, help_text="dollars")
    seconds = serializers.IntegerField(min_value=0, required=False, allow_null=True, help_text="of waiting")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A cap that is misspelled is no cap, and is refused."""
        if isinstance(data, dict):
            known_fields(data, self.fields)
        caps: dict[str, Any] = super().to_internal_value(data)
        return caps


class EndpointTest(OwnedApiView):
    @extend_schema(request=None, responses={202: EndpointOut})
    def post(self, request: UserApiRequest, endpoint_id: int) -> Response:
        """Have a worker make one real call; `test_state` and `test_result` of the endpoint tell how it went."""
        return Response(EndpointOut(endpoint_test(request.user, endpoint_id)).data, status=202)


class RunResume(OwnedApiView):
    @extend_schema(request=None, responses={202: RunOut})
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Let a paused run go on as soon as a worker is free."""
        access_run(request.user, run_id)
        return Response(RunOut(session_resume(request.user, run_id)).data, status=202)


class RunBudget(OwnedApiView):
    @extend_schema(request=BudgetIn, responses=RunOut)
    def patch(self, request: UserApiRequest, run_id: int) -> Response:
        """Change the caps that are sent; a paused run goes on."""
        access_run(request.user, run_id)
        sent = BudgetIn(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(RunOut(budget_change(request.user, run_id, budget=sent.validated_data)).data)
