"""A comparison of runs over the API: what its page shows, as JSON."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from broker.compare import overlay_of
from core.api import OwnedApiView
from core.requests import UserApiRequest
from reasoning.compare import ROWS_A_PAGE, Disagreement, alignment_of
from runs.api import RunOut
from runs.compare.differences import differences_of
from runs.compare.figures import FigureRow, figures_of
from runs.compare.selection import Comparison, comparison_of, ids_in
from runs.query import number_in


class FigureOut(serializers.Serializer[FigureRow]):
    name = serializers.CharField()
    label = serializers.CharField(source="definition.label")  # type: ignore[assignment]  # a field named so
    unit = serializers.CharField(source="definition.unit")
    values = serializers.ListField(
        child=serializers.JSONField(allow_null=True), help_text="one a run; null is undefined"
    )
    best = serializers.ListField(child=serializers.IntegerField(), help_text="places of the better ones")


class DifferenceOut(serializers.Serializer[Any]):
    section = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field named so
    values = serializers.ListField(child=serializers.CharField(), help_text="in words, one a run")


class DisagreementOut(serializers.Serializer[Disagreement]):
    step = serializers.IntegerField()
    at = serializers.DateTimeField(
        allow_null=True, help_text="null where the runs went through other moments"
    )
    is_opposed = serializers.BooleanField(help_text="one wants to buy what another wants to sell")
    wants = serializers.ListField(child=serializers.CharField(), help_text="in words, one a run")


class DecisionsOut(serializers.Serializer[Any]):
    steps = serializers.IntegerField(help_text="at which any run wanted anything")
    agreed = serializers.IntegerField()
    disagreed = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    rows = DisagreementOut(many=True)


class ComparisonOut(serializers.Serializer[Any]):
    """Everything is listed in the order of `runs`."""

    runs = RunOut(many=True)
    unequal = serializers.ListField(child=serializers.CharField(), help_text="what makes ranking them unfair")
    figures = FigureOut(many=True)
    differences = DifferenceOut(many=True, help_text="settings that are not the same in all")
    equity = serializers.DictField(
        help_text="lines with key and points; key 0 is buy-and-hold, the others count runs"
    )
    decisions = DecisionsOut()


class Compare(OwnedApiView):
    @extend_schema(
        operation_id="runs_compare",
        parameters=[
            OpenApiParameter(
                "runs", str, required=True, description="two to six ids with commas between them"
            ),
            OpenApiParameter("page", int, description="of the disagreements"),
        ],
        responses=ComparisonOut,
    )
    def get(self, request: UserApiRequest) -> Response:
        """Lay two to six runs beside each other."""
        ids = ids_in(request.query_params.getlist("runs"))
        comparison = comparison_of(request.user, ids)
        return Response(ComparisonOut(compared(comparison, number_in(request, "page") or 1)).data)


def compared(comparison: Comparison, page: int) -> dict[str, Any]:
    figures = figures_of(comparison)
    rows = [*figures.first, *(row for section in figures.others for row in section.rows)]
    return {
        "runs": comparison.runs,
        "unequal": comparison.unequal,
        "figures": [figure(row) for row in rows],
        "differences": [item._asdict() for item in differences_of(comparison.runs)],
        "equity": overlay_of(comparison).chart(),
        "decisions": decisions(comparison, page),
    }


def figure(row: FigureRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "definition": row.definition,
        "values": [cell.value for cell in row.cells],
        "best": [place for place, cell in enumerate(row.cells) if cell.is_best],
    }


def decisions(comparison: Comparison, page: int) -> dict[str, Any]:
    alignment = alignment_of(comparison)
    found = Paginator(alignment.disagreements, ROWS_A_PAGE).get_page(page)
    return {
        "steps": alignment.steps,
        "agreed": alignment.agreed,
        "disagreed": len(alignment.disagreements),
        "page": found.number,
        "pages": found.paginator.num_pages,
        "rows": [
            {
                "step": item.step,
                "at": item.at,
                "is_opposed": item.is_opposed,
                "wants": [cell.words for cell in item.cells],
            }
            for item in found
        ],
    }
