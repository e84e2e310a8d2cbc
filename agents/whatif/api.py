"""What-ifs and the prices of rules over the API: what the page shows, as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from agents.earned.models import RuleEarning, RuleReport
from agents.earned.selectors import report_of
from agents.earned.services import earned_request
from agents.whatif.report import whatif
from agents.whatif.specs import specs_read
from agents.whatif.terms import AS_IT_WAS, Terms
from core.api import OwnedApiView
from core.errors import UserError
from core.requests import UserApiRequest, whole_in
from profiles.validate import known_fields
from runs.selectors import access_run


class OtherRuleIn(serializers.Serializer[dict[str, Any]]):
    """A rule to put in; one of the run's own of the same name gives way."""

    kind = serializers.CharField(max_length=60)
    params = serializers.DictField(help_text="as for a rule of this kind")
    name = serializers.CharField(max_length=100, required=False)
    verb = serializers.CharField(max_length=20, required=False)
    priority = serializers.IntegerField(min_value=1, max_value=10, required=False)
    applies_to_symbols = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=200, required=False, allow_null=True
    )
    exclude_symbols = serializers.ListField(
        child=serializers.CharField(max_length=32), max_length=200, required=False
    )


class WhatIfIn(serializers.Serializer[dict[str, Any]]):
    """What is to be different; at least one of them."""

    without = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=200,
        required=False,
        help_text="rules by name, “gate: <name>”, or “rules” for all",
    )
    rules = OtherRuleIn(many=True, required=False)
    execution = serializers.DictField(
        child=serializers.CharField(max_length=40, allow_null=True),
        required=False,
        help_text="such as fees, fee_bps, slippage, slippage_bps, decision_delay_seconds",
    )

    def to_terms(self) -> Terms:
        """Raises UserError for rules that can't be, and where nothing is different."""
        sent = self.validated_data
        added = specs_read([dict(rule) for rule in sent["rules"]]) if sent.get("rules") else ()
        execution = {name: as_setting(value) for name, value in sent.get("execution", {}).items()}
        terms = Terms(tuple(sent.get("without", ())), added, execution)
        if terms == AS_IT_WAS:
            raise UserError("Say what is to be different: without, rules or execution.")
        return terms


def as_setting(value: str | None) -> str | int | None:
    """Whole numbers as numbers: a setting in seconds or sessions wants no text."""
    number = whole_in(value or "")
    return value if number is None else number


class WhatIfOut(serializers.Serializer[dict[str, Any]]):
    """Both sides of the same decisions, and where they part."""

    run = serializers.IntegerField()
    label = serializers.CharField(help_text="same decisions, other rules")  # type: ignore[assignment]  # a field named so
    words = serializers.CharField(help_text="what is different")
    terms = serializers.DictField()
    difference = serializers.CharField(help_text="USD of final equity")
    first_divergence = serializers.DictField(allow_null=True)
    passed_now = serializers.ListField(child=serializers.DictField())
    denied_now = serializers.ListField(child=serializers.DictField())
    resized_now = serializers.ListField(child=serializers.DictField())
    caution = serializers.CharField(allow_blank=True)
    drift = serializers.CharField(allow_blank=True)
    as_it_was = serializers.DictField(help_text="final equity, fills, round trips, statistics")
    what_if = serializers.DictField(help_text="the same under the other terms")
    equity = serializers.DictField(help_text="both paths, thinned to a thousand points")


class EarningOut(serializers.ModelSerializer[RuleEarning]):
    class Meta:
        model = RuleEarning
        fields = [
            "subject",
            "name",
            "version",
            "sentence",
            "fired",
            "denied",
            "denied_alone",
            "resized",
            "closed",
            "blocked",
            "final_equity",
            "earned",
            "first_step",
            "first_difference",
            "not_priced",
        ]


class EarnedOut(serializers.ModelSerializer[RuleReport]):
    """The report; without rows until `state` is done. `final_equity` of a row is without it."""

    state = serializers.CharField(help_text="queued, running, done, failed; none where nobody has asked")
    rows = EarningOut(many=True, source="earnings", read_only=True)

    class Meta:
        model = RuleReport
        fields = ["state", "done", "total", "problem", "code_version", "final_equity", "rows"]


class RunWhatIf(OwnedApiView):
    permission_classes = [IsAuthenticated]  # it writes nothing, so a token that may only read may ask

    @extend_schema(request=WhatIfIn, responses=WhatIfOut)
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Take a run's recorded decisions again under other rules, fees, slippage or delay. Stores nothing."""
        run = access_run(request.user, run_id)
        sent = WhatIfIn(data=request.data)
        if isinstance(request.data, dict):
            known_fields(request.data, sent.fields)
        sent.is_valid(raise_exception=True)
        return Response(whatif(run, sent.to_terms()).to_json())


class RunEarned(OwnedApiView):
    @extend_schema(operation_id="runs_earned", responses=EarnedOut)
    def get(self, request: UserApiRequest, run_id: int) -> Response:
        """What each rule and gate of a run earned; `state` is none where nobody has asked."""
        run = access_run(request.user, run_id)
        return Response(EarnedOut(report_of(run) or RuleReport(run=run, state="none")).data)

    @extend_schema(operation_id="runs_earned_ask", request=None, responses={202: EarnedOut})
    def post(self, request: UserApiRequest, run_id: int) -> Response:
        """Have it worked out by a worker, anew if it was; 409 for a run that has not traded and ended."""
        access_run(request.user, run_id)
        return Response(EarnedOut(earned_request(request.user, run_id)).data, status=202)
