"""Endpoints of language models over the API. A key is written, never read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from profiles.api import read
from profiles.llm import services
from profiles.llm.models import LLMEndpoint, LLMSpending
from profiles.llm.selectors import access_endpoint, endpoints_of, spending_get


class EndpointIn(serializers.ModelSerializer[LLMEndpoint]):
    """Types only; `validate` judges the values."""

    key = serializers.CharField(write_only=True, required=False, allow_blank=True)

    class Meta:
        model = LLMEndpoint
        fields = services.ENDPOINT_FIELDS
        # Which name is taken is the service's to say.
        validators: list[Any] = []


class EndpointOut(serializers.ModelSerializer[LLMEndpoint]):
    has_key = serializers.BooleanField(read_only=True)

    class Meta:
        model = LLMEndpoint
        fields = [
            "id",
            *(name for name in services.ENDPOINT_FIELDS if name != "key"),
            "has_key",
            "structured_modes",
            "quirks",
            "test_state",
            "test_result",
            "tested_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class SpendingIn(serializers.ModelSerializer[LLMSpending]):
    class Meta:
        model = LLMSpending
        fields = services.SPENDING_FIELDS


class Endpoints(OwnedApiView):
    @extend_schema(operation_id="endpoints_list", responses=paged(EndpointOut))
    def get(self, request: UserApiRequest) -> Response:
        """List the user's endpoints, newest first, without their keys."""
        return page_of(self, request, endpoints_of(request.user), EndpointOut)

    @extend_schema(request=EndpointIn, responses={201: EndpointOut})
    def post(self, request: UserApiRequest) -> Response:
        """Add an endpoint; the first one becomes the default."""
        endpoint = services.endpoint_create(
            request.user, **read(EndpointIn, request, services.ENDPOINT_FIELDS)
        )
        return Response(EndpointOut(endpoint).data, status=201)


class Endpoint(OwnedApiView):
    @extend_schema(responses=EndpointOut)
    def get(self, request: UserApiRequest, endpoint_id: int) -> Response:
        """One endpoint, without its key."""
        return Response(EndpointOut(access_endpoint(request.user, endpoint_id)).data)

    @extend_schema(request=EndpointIn, responses=EndpointOut)
    def patch(self, request: UserApiRequest, endpoint_id: int) -> Response:
        """Change the fields that are sent; an empty key removes the stored one."""
        access_endpoint(request.user, endpoint_id)
        changes = read(EndpointIn, request, services.ENDPOINT_FIELDS)
        return Response(EndpointOut(services.endpoint_update(request.user, endpoint_id, **changes)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: UserApiRequest, endpoint_id: int) -> Response:
        """Delete an endpoint with its key."""
        services.endpoint_delete(request.user, endpoint_id)
        return Response(status=204)


class Spending(OwnedApiView):
    @extend_schema(responses=SpendingIn)
    def get(self, request: UserApiRequest) -> Response:
        """The user's caps over a day; null is no cap."""
        return Response(SpendingIn(spending_get(request.user)).data)

    @extend_schema(request=SpendingIn, responses=SpendingIn)
    def patch(self, request: UserApiRequest) -> Response:
        """Change the caps that are sent and no others."""
        changes = read(SpendingIn, request, services.SPENDING_FIELDS)
        return Response(SpendingIn(services.spending_update(request.user, **changes)).data)
