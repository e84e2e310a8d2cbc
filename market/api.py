"""Shared facts over the API: instruments and their bars, for everybody who is logged in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import NewestFirst, OwnedApiView, page_of, paged
from core.requests import UserApiRequest
from market.columns import BarColumns, Timeframe
from market.models import Instrument
from market.selectors import bars_page, instrument_get, instruments_matching, session_days

MOST_BARS = 10_000
LAST_DAY = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
DAYS_SHOWN = 60


class InstrumentOut(serializers.ModelSerializer[Instrument]):
    class Meta:
        model = Instrument
        fields = ["symbol", "name", "kind", "exchange", "currency", "tick_size", "sector", "is_synthetic"]


class InstrumentDetailOut(InstrumentOut):
    minute_days = serializers.ListField(
        child=serializers.DateField(), help_text=f"the newest {DAYS_SHOWN} exchange days with minute bars"
    )

    class Meta(InstrumentOut.Meta):
        fields = [*InstrumentOut.Meta.fields, "minute_days"]


class BarsIn(serializers.Serializer[dict[str, Any]]):
    timeframe = serializers.ChoiceField(choices=[code.value for code in Timeframe], default="minute")
    start = serializers.DateTimeField(help_text="first start of a bar, aware")
    end = serializers.DateTimeField(required=False, help_text="bars start before it; default one day on")
    limit = serializers.IntegerField(min_value=1, max_value=MOST_BARS, default=1000)


class BarOut(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    open = serializers.FloatField()
    high = serializers.FloatField()
    low = serializers.FloatField()
    close = serializers.FloatField()
    volume = serializers.IntegerField()


class BarsOut(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    timeframe = serializers.CharField()
    next_start = serializers.DateTimeField(
        allow_null=True, help_text="ask again from here; null: that was all"
    )
    bars = BarOut(many=True)


class BySymbol(NewestFirst):
    ordering = "symbol"


class Instruments(OwnedApiView):
    @extend_schema(
        operation_id="instruments_list",
        parameters=[OpenApiParameter("q", str, description="part of a symbol or name")],
        responses=paged(InstrumentOut),
    )
    def get(self, request: UserApiRequest) -> Response:
        """List what can be traded, by symbol."""
        found = instruments_matching(request.query_params.get("q", ""))
        return page_of(self, request, found, InstrumentOut, BySymbol)


class InstrumentDetail(OwnedApiView):
    @extend_schema(responses=InstrumentDetailOut)
    def get(self, request: UserApiRequest, symbol: str) -> Response:
        """One instrument, and the days that a run of minute bars can choose from."""
        instrument = instrument_get(symbol)
        days = session_days(instrument.symbol, most=DAYS_SHOWN)
        return Response({**InstrumentOut(instrument).data, "minute_days": [day.isoformat() for day in days]})


class Bars(OwnedApiView):
    @extend_schema(parameters=[BarsIn], responses=BarsOut)
    def get(self, request: UserApiRequest, symbol: str) -> Response:
        """Stored bars, oldest first. A bar is stamped with its start, in UTC."""
        asked = BarsIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        end = values.get("end") or min(values["start"], LAST_DAY) + timedelta(days=1)
        bars, next_start = bars_page(symbol, values["timeframe"], values["start"], end, values["limit"])
        return Response(
            {
                "symbol": instrument_get(symbol).symbol,
                "timeframe": values["timeframe"],
                "next_start": next_start and next_start.isoformat(),
                "bars": list(rows_of(bars)),
            }
        )


def rows_of(bars: BarColumns) -> list[dict[str, Any]]:
    columns = {name: column.tolist() for name, column in bars._asdict().items()}
    columns["start"] = [datetime.fromtimestamp(start, UTC).isoformat() for start in columns["start"]]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
