"""Rules over the API: what the pages do, through the same services, with the same words for what is wrong."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api import OwnedApiView, page_of, paged
from core.errors import UserError
from core.requests import UserApiRequest
from profiles.selectors import access_model
from rules import services
from rules.api_rows import CheckOut, FindingOut, KindOut, RuleIn, RuleOut, StarterIn, VersionOut, sent
from rules.catalogue import kind_get
from rules.drafts import draft_preview, findings_now
from rules.kinds import KINDS
from rules.selectors import access_rule, rule_versions, rules_of
from rules.starting import starter_add


class ModelRules(OwnedApiView):
    @extend_schema(operation_id="models_rules_list", responses=RuleOut(many=True))
    def get(self, request: UserApiRequest, model_id: int) -> Response:
        """A Model's rules, on or off, in the order in which they are applied."""
        model = access_model(request.user, model_id)
        return Response(RuleOut(rules_of(model), many=True).data)

    @extend_schema(operation_id="models_rules_create", request=RuleIn, responses={201: RuleOut})
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Add a rule; kind and params are needed. It binds the runs that start from now on."""
        access_model(request.user, model_id)
        rule = services.rule_create(request.user, model_id, **sent(request))
        return Response(RuleOut(rule).data, status=201)


class ModelRuleCheck(OwnedApiView):
    @extend_schema(operation_id="models_rules_check", request=RuleIn, responses=CheckOut)
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """What a rule would say, and what would be odd about it; nothing is saved."""
        preview = draft_preview(access_model(request.user, model_id), sent(request))
        if preview.row is None:
            raise UserError(" ".join(preview.errors.values()), fields=preview.errors)
        return Response(CheckOut(preview).data)


class ModelRuleFindings(OwnedApiView):
    @extend_schema(operation_id="models_rules_findings", responses=FindingOut(many=True))
    def get(self, request: UserApiRequest, model_id: int) -> Response:
        """What is odd about the active rules: never passable, idle, or contradicting each other."""
        found = findings_now(access_model(request.user, model_id))
        return Response(FindingOut([one for several in found.values() for one in several], many=True).data)


class ModelStarters(OwnedApiView):
    @extend_schema(
        operation_id="models_rules_starter", request=StarterIn, responses={201: RuleOut(many=True)}
    )
    def post(self, request: UserApiRequest, model_id: int) -> Response:
        """Add a starter set."""
        access_model(request.user, model_id)
        body = StarterIn(data=request.data)
        body.is_valid(raise_exception=True)
        added = starter_add(request.user, model_id, body.validated_data["starter"])
        return Response(RuleOut(added.rules, many=True).data, status=201)


class OneRule(OwnedApiView):
    @extend_schema(responses=RuleOut)
    def get(self, request: UserApiRequest, rule_id: int) -> Response:
        """One rule with its sentence."""
        return Response(RuleOut(access_rule(request.user, rule_id)).data)

    @extend_schema(request=RuleIn, responses=RuleOut)
    def patch(self, request: UserApiRequest, rule_id: int) -> Response:
        """Change the fields that are sent and no others; `seen_version` refuses to overwrite a newer version."""
        access_rule(request.user, rule_id)
        return Response(RuleOut(services.rule_update(request.user, rule_id, **sent(request))).data)

    @extend_schema(responses={204: None})
    def delete(self, request: UserApiRequest, rule_id: int) -> Response:
        """Take a rule away; it can be restored."""
        services.rule_delete(request.user, rule_id)
        return Response(status=204)


class RuleActivate(OwnedApiView):
    @extend_schema(request=None, responses=RuleOut)
    def post(self, request: UserApiRequest, rule_id: int) -> Response:
        """Let a rule bind the runs that start from now on."""
        return Response(RuleOut(services.rule_activate(request.user, rule_id)).data)


class RuleDeactivate(OwnedApiView):
    @extend_schema(request=None, responses=RuleOut)
    def post(self, request: UserApiRequest, rule_id: int) -> Response:
        """Switch a rule off."""
        return Response(RuleOut(services.rule_deactivate(request.user, rule_id)).data)


class RuleRestore(OwnedApiView):
    @extend_schema(request=None, responses=RuleOut)
    def post(self, request: UserApiRequest, rule_id: int) -> Response:
        """Bring a deleted rule back."""
        return Response(RuleOut(services.rule_restore(request.user, rule_id)).data)


class RuleHistory(OwnedApiView):
    @extend_schema(operation_id="rules_history", responses=paged(VersionOut))
    def get(self, request: UserApiRequest, rule_id: int) -> Response:
        """Every version of a rule, newest first. A run's snapshot names the ones that it used."""
        rule = access_rule(request.user, rule_id)
        return page_of(self, request, rule_versions(rule), VersionOut)


class RuleKinds(OwnedApiView):
    @extend_schema(operation_id="rule_kinds_list", responses=KindOut(many=True))
    def get(self, request: UserApiRequest) -> Response:
        """Every kind of rule, with the JSON Schema of its parameters."""
        return Response(KindOut([kind_get(name) for name in sorted(KINDS)], many=True).data)
