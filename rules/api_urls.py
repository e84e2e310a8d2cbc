from django.urls import path

from rules import api

MODEL = "models/<int:model_id>/rules/"
RULE = "rules/<int:rule_id>/"
urlpatterns = [
    path(MODEL, api.ModelRules.as_view(), name="api-model-rules"),
    path(f"{MODEL}check/", api.ModelRuleCheck.as_view(), name="api-model-rule-check"),
    path(f"{MODEL}findings/", api.ModelRuleFindings.as_view(), name="api-model-rule-findings"),
    path(f"{MODEL}starters/", api.ModelStarters.as_view(), name="api-model-starters"),
    path(RULE, api.OneRule.as_view(), name="api-rule"),
    path(f"{RULE}activate/", api.RuleActivate.as_view(), name="api-rule-activate"),
    path(f"{RULE}deactivate/", api.RuleDeactivate.as_view(), name="api-rule-deactivate"),
    path(f"{RULE}restore/", api.RuleRestore.as_view(), name="api-rule-restore"),
    path(f"{RULE}history/", api.RuleHistory.as_view(), name="api-rule-history"),
    path("rule-kinds/", api.RuleKinds.as_view(), name="api-rule-kinds"),
]
