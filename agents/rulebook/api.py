"""Trying rules and describing them over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from agents.rulebook.services import rule_describe
from agents.rulebook.trying import rule_try
from core.api import OwnedApiView
from core.errors import UserError
from core.requests import UserApiRequest
from profiles.selectors import access_model
from profiles.validate import known_fields
from rules.api_rows import CheckOut, RuleIn, RuleOut
from rules.drafting import draft_of, proposal_save
from rules.drafts import Preview, draft_findings, draft_make, rule_examples
from rules.models import ProposalState, Reader, RuleProposal
from rules.rows import rule_row
from rules.selectors import access_proposal, access_rule, spec_of
from runs.selectors import access_run


class RunIn(serializers.Serializer[dict[str, Any]]):
    run = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="id of the run to try it on")


class DraftTryIn(RunIn):
    """A rule that need not be saved, and the run to try it on."""

    rule = RuleIn()


class TriedOut(serializers.Serializer[dict[str, Any]]):
    """The same decisions with the rule and without it."""

    run = serializers.IntegerField()
    rule = serializers.CharField()
    compared = serializers.CharField()
    was_bound = serializers.BooleanField(
        help_text="the run had a rule of this name, left out of the side without"
    )
    denied = serializers.IntegerField()
    resized = serializers.IntegerField()
    closed = serializers.IntegerField()
    stopped = serializers.IntegerField()
    final_equity = serializers.CharField(help_text="USD, with the rule")
    final_equity_without = serializers.CharField(help_text="USD")
    earned = serializers.CharField(help_text="USD")
    spoken = serializers.ListField(
        child=serializers.DictField(), help_text="everything that the rule did, in order"
    )


class DescribeIn(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField(max_length=500, help_text="one sentence")
    reader = serializers.ChoiceField(
        choices=Reader.choices,
        default=Reader.PHRASES,
        help_text="llm asks the user's AI model; poll the answer",
    )


class ProposalOut(serializers.ModelSerializer[RuleProposal]):
    """What a sentence was read as. It binds nobody until it is saved."""

    model_id = serializers.IntegerField()
    rule_id = serializers.IntegerField(allow_null=True)
    state = serializers.CharField(help_text="asked, ready, refused (it can't be enforced) or failed")
    check = serializers.SerializerMethodField(help_text="the rule as it would be; null where there is none")

    class Meta:
        model = RuleProposal
        fields = [
            "id",
            "model_id",
            "text",
            "reader",
            "ai_model",
            "state",
            "draft",
            "note",
            "reason",
            "check",
            "rule_id",
            "created_at",
            "ended_at",
        ]
        read_only_fields = fields

    @extend_schema_field(CheckOut(allow_null=True))
    def get_check(self, proposal: RuleProposal) -> dict[str, Any] | None:
        if proposal.state != ProposalState.READY:
            return None
        try:
            draft = draft_of(proposal.model, proposal)
        except UserError:
            return None
        spec = spec_of(draft)
        row = rule_row(draft, draft_findings(proposal.model, spec))
        return dict(CheckOut(Preview(row, rule_examples(proposal.model, spec))).data)


class RuleTry(OwnedApiView):
    permission_classes = [IsAuthenticated]  # it writes nothing, so a token that may only read may ask

    @extend_schema(request=RunIn, responses=TriedOut)
    def post(self, request: UserApiRequest, rule_id: int) -> Response:
        """Take a past run's decisions again with a stored rule and without it. Stores nothing."""
        rule = access_rule(request.user, rule_id)
        sent = read(RunIn, request)
        run = access_run(request.user, sent["run"])
        return Response(rule_try(run, spec_of(rule)).to_json())


class ModelRuleTry(OwnedApiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="models_rules_try", request=DraftTryIn, responses=TriedOut)
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """The same for a rule that is not saved."""
        model = access_model(request.user, model_id)
        sent = read(DraftTryIn, request)
        run = access_run(request.user, sent["run"])
        draft = draft_make(model, {**sent["rule"]})
        return Response(rule_try(run, spec_of(draft)).to_json())


class ModelRuleDescribe(OwnedApiView):
    @extend_schema(operation_id="models_rules_describe", request=DescribeIn, responses={201: ProposalOut})
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Have a sentence read as a rule. With an AI model the answer comes later: ask for the proposal again."""
        access_model(request.user, model_id)
        proposal = rule_describe(request.user, model_id, **read(DescribeIn, request))
        return Response(ProposalOut(proposal).data, status=201)


class Proposal(OwnedApiView):
    @extend_schema(operation_id="models_rules_proposal", responses=ProposalOut)
    def get(self, request: UserApiRequest, model_id: int, proposal_id: int) -> Response:
        """What a sentence was read as, with examples that were tried."""
        return Response(ProposalOut(access_proposal(request.user, model_id, proposal_id)).data)


class ProposalSave(OwnedApiView):
    @extend_schema(operation_id="models_rules_proposal_save", request=None, responses={201: RuleOut})
    def post(self, request: UserApiRequest, model_id: int, proposal_id: int) -> Response:
        """Make a proposal a rule of the Model."""
        rule = proposal_save(request.user, model_id, proposal_id)
        return Response(RuleOut(rule).data, status=201)


def read(kind: type[serializers.Serializer[dict[str, Any]]], request: UserApiRequest) -> dict[str, Any]:
    """The body, with its types right and nothing unknown in it. Raises UserError."""
    sent = kind(data=request.data)
    if isinstance(request.data, dict):
        known_fields(request.data, sent.fields)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)
