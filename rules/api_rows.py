"""What rules look like over the API. Types only: the services judge the values."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.errors import UserError
from core.requests import UserApiRequest
from profiles.api import read
from rules.kinds.base import Kind
from rules.models import Rule, RuleVersion
from rules.rows import rule_row
from rules.services import RULE_FIELDS
from rules.starters import STARTERS

SETTABLE = (*RULE_FIELDS, "seen_version")


class RuleIn(serializers.ModelSerializer[Rule]):
    kind = serializers.CharField(max_length=60, required=False)
    params = serializers.JSONField(required=False, help_text="As the schema of the kind has them.")
    verb = serializers.CharField(max_length=20, required=False, help_text="Empty: the usual one of the kind.")
    priority = serializers.IntegerField(required=False, help_text="1 to 10; 10 is first.")
    applies_to_assets = serializers.ListField(child=serializers.CharField(max_length=10), required=False)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    seen_version = serializers.IntegerField(
        required=False, help_text="The version that the change is based on."
    )

    class Meta:
        model = Rule
        fields = SETTABLE


class RuleOut(serializers.ModelSerializer[Rule]):
    model_id = serializers.IntegerField()
    sentence = serializers.SerializerMethodField(help_text="The rule in plain English.")

    class Meta:
        model = Rule
        fields = [
            "id",
            "model_id",
            "sentence",
            "category",
            *RULE_FIELDS,
            "created_by",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_sentence(self, rule: Rule) -> str:
        return rule_row(rule).sentence


class VersionOut(serializers.ModelSerializer[RuleVersion]):
    class Meta:
        model = RuleVersion
        fields = ["number", "event", "values", "changed_by", "changed_at"]
        read_only_fields = fields


class FindingOut(serializers.Serializer[Any]):
    rule = serializers.CharField(help_text="its name")
    code = serializers.CharField()
    severity = serializers.CharField(help_text="problem, idle or note")
    message = serializers.CharField()
    others = serializers.ListField(
        child=serializers.CharField(), help_text="names of the rules it is about too"
    )


class TrialOut(serializers.Serializer[Any]):
    words = serializers.CharField()
    effect = serializers.CharField(help_text="empty where it passed")
    why = serializers.CharField()


class ExamplesOut(serializers.Serializer[Any]):
    """Orders and bars that were put to the real check, as near to the limit as could be found."""

    passing = TrialOut(many=True)
    failing = TrialOut(many=True)


class CheckOut(serializers.Serializer[Any]):
    """A rule that is not saved, as it would be."""

    sentence = serializers.CharField(source="row.sentence")
    does = serializers.CharField(source="row.does")
    scope = serializers.CharField(source="row.scope", help_text="empty for everything")
    findings = FindingOut(source="row.findings", many=True)
    examples = ExamplesOut()


class KindOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField()
    verbs = serializers.ListField(child=serializers.CharField(), help_text="the usual one first")
    codes = serializers.DictField(child=serializers.CharField(), help_text="of its verdicts")
    needs = serializers.SerializerMethodField(help_text="data that not every run has")
    params = serializers.SerializerMethodField(help_text="JSON Schema")

    def get_needs(self, kind: Kind[Any]) -> list[str]:
        return sorted(kind.needs)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_params(self, kind: Kind[Any]) -> dict[str, Any]:
        schema: dict[str, Any] = kind.params.model_json_schema()
        return schema


class StarterIn(serializers.Serializer[dict[str, Any]]):
    starter = serializers.ChoiceField(choices=[(name, starter.title) for name, starter in STARTERS.items()])


def sent(request: UserApiRequest) -> dict[str, Any]:
    """The fields that were sent and no others, with their types right. Raises UserError."""
    if not isinstance(request.data, dict):
        raise UserError(f"The body should be an object, found {type(request.data).__name__}.")
    return read(RuleIn, request, SETTABLE)
