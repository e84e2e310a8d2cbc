from django.urls import path

from rules import views

app_name = "rules"
RULES = "models/<int:model_id>/rules/"
RULE = f"{RULES}<int:rule_id>/"
urlpatterns = [
    path(RULES, views.rule_list, name="rule-list"),
    path(f"{RULES}new/", views.rule_new, name="rule-new"),
    path(f"{RULES}new/<slug:kind>/", views.rule_create, name="rule-create"),
    path(f"{RULES}new/<slug:kind>/preview/", views.draft_preview_view, name="draft-preview"),
    path(f"{RULES}starters/", views.starter_list, name="starter-list"),
    path(RULE, views.rule_edit, name="rule-edit"),
    path(f"{RULE}preview/", views.rule_preview_view, name="rule-preview"),
    path(f"{RULE}switch/", views.rule_switch, name="rule-switch"),
    path(f"{RULE}move/", views.rule_move, name="rule-move"),
    path(f"{RULE}delete/", views.rule_delete, name="rule-delete"),
    path(f"{RULE}restore/", views.rule_restore, name="rule-restore"),
]
