"""Paper money over the API: orders, fills, round trips, positions and equity of a run."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from broker.models import EquityPoint, Fill, Order, Position, RoundTrip
from broker.selectors import equity_points_of, fills_of, orders_of, positions_of, round_trips_of
from core.api import OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from runs.selectors import access_run


class ExactModelSerializer(serializers.ModelSerializer[Any]):
    """Decimals as text, exact, without the zeros that say nothing."""

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[type[Any], dict[str, Any]]:
        kind, options = super().build_standard_field(field_name, model_field)
        if issubclass(kind, serializers.DecimalField):
            options["normalize_output"] = True
        return kind, options


class FillOut(ExactModelSerializer):
    order_number = serializers.IntegerField(source="order.number")

    class Meta:
        model = Fill
        fields = [
            "seq",
            "order_number",
            "step",
            "at",
            "symbol",
            "side",
            "quantity",
            "price",
            "reference_price",
            "fee",
        ]


class OrderOut(ExactModelSerializer):
    fills = FillOut(many=True)

    class Meta:
        model = Order
        fields = [
            "number",
            "symbol",
            "side",
            "is_opening",
            "order_type",
            "time_in_force",
            "quantity",
            "filled_quantity",
            "limit_price",
            "stop_price",
            "trail_amount",
            "trail_percent",
            "take_profit",
            "stop_loss",
            "parent_number",
            "replaces_number",
            "oco_group",
            "status",
            "tag",
            "decided_step",
            "decided_at",
            "active_from",
            "expires_at",
            "closed_at",
            "note",
            "reason",
            "fills",
        ]


class RoundTripOut(ExactModelSerializer):
    class Meta:
        model = RoundTrip
        fields = [
            "seq",
            "symbol",
            "direction",
            "quantity",
            "entry_price",
            "exit_price",
            "entry_at",
            "exit_at",
            "entry_step",
            "exit_step",
            "fees",
            "pnl",
            "mae",
            "mfe",
        ]


class PositionOut(ExactModelSerializer):
    class Meta:
        model = Position
        fields = ["symbol", "quantity", "average_price", "mark"]


class EquityPointOut(ExactModelSerializer):
    class Meta:
        model = EquityPoint
        fields = ["step", "at", "equity", "cash", "long_value", "short_value", "drawdown", "benchmark_equity"]


class Orders(OwnedApiView):
    @extend_schema(responses=paged(OrderOut))
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """A run's orders, newest first."""
        return page_of(self, request, orders_of(access_run(request.user, run_id)), OrderOut)


class Fills(OwnedApiView):
    @extend_schema(responses=paged(FillOut))
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """A run's fills, newest first; `reference_price` is the bar's, before slippage."""
        return page_of(self, request, fills_of(access_run(request.user, run_id)), FillOut)


class RoundTrips(OwnedApiView):
    @extend_schema(responses=paged(RoundTripOut))
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """A run's round trips, newest first; `pnl` is after fees."""
        return page_of(self, request, round_trips_of(access_run(request.user, run_id)), RoundTripOut)


class Positions(OwnedApiView):
    @extend_schema(responses=PositionOut(many=True))
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """What a run holds after its last step; shorts are below 0."""
        return Response(PositionOut(positions_of(access_run(request.user, run_id)), many=True).data)


class EquityPoints(OwnedApiView):
    @extend_schema(responses=paged(EquityPointOut))
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """The account after every step, newest first, with buy-and-hold beside it."""
        return page_of(self, request, equity_points_of(access_run(request.user, run_id)), EquityPointOut)
