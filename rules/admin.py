from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core.admin import ReadOnlyAdmin
from core.errors import UserError
from rules import services
from rules.admin_form import OWN, RuleAdminForm, form_for
from rules.catalogue import kind_groups
from rules.kinds import KINDS
from rules.kinds.base import Kind
from rules.models import Rule, RuleProposal, RuleVersion
from rules.param_fields import param_fields
from rules.rows import rule_row, version_sentence


class RuleVersionInline(admin.TabularInline[RuleVersion, Rule]):
    """What became of the rule, never to be changed."""

    model = RuleVersion
    fields = ("number", "event", "sentence", "changed_by", "changed_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "history"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display
    def sentence(self, version: RuleVersion) -> str:
        return version_sentence(version)


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    """Staff edit rules by the same fields and the same service as their owners. A deleted rule can be restored."""

    list_display = [
        "name",
        "sentence",
        "model",
        "user",
        "kind",
        "verb",
        "priority",
        "is_active",
        "version",
        "is_kept",
    ]
    list_filter = [
        "category",
        "verb",
        "is_active",
        "created_by",
        ("deleted_at", admin.EmptyFieldListFilter),
        "kind",
    ]
    list_select_related = ["model", "user"]
    search_fields = ["name", "description", "kind", "model__name", "user__username"]
    autocomplete_fields = ["model"]
    readonly_fields = ["user", "category", "sentence", "created_by", "version", "created_at", "updated_at"]
    date_hierarchy = "created_at"
    actions = ["restore"]
    inlines = [RuleVersionInline]

    @admin.display
    def sentence(self, rule: Rule) -> str:
        return rule_row(rule).sentence

    @admin.display(boolean=True, description="kept")
    def is_kept(self, rule: Rule) -> bool:
        return not rule.is_deleted

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the kind first: the form is made of it."""
        if request.GET.get("kind") in KINDS:
            return super().add_view(request, form_url, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "groups": kind_groups(),
            "title": "Add rule",
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/rules/rule/choose_kind.html", context)

    def kind_of(self, request: HttpRequest, rule: Rule | None) -> Kind[Any] | None:
        return KINDS.get(rule.kind if rule else request.GET.get("kind", ""))

    def get_form(
        self, request: HttpRequest, obj: Rule | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Rule]]:
        kind = self.kind_of(request, obj)
        if kind is not None:
            kwargs["form"] = form_for(kind)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        kind = self.kind_of(request, obj)
        params = [] if kind is None else list(param_fields(kind.params))
        title = kind.title if kind else f"No kind is called {obj.kind if obj else ''} any more"
        return [
            (None, {"fields": ["model"] if obj is None else ["sentence", "model", "user", "category"]}),
            (title, {"fields": [*params, "verb"]}),
            ("Scope and order", {"fields": [name for name in OWN if name != "verb"]}),
            *(
                []
                if obj is None
                else [("Record", {"fields": ["created_by", "version", "created_at", "updated_at"]})]
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        """A rule stays in its Model."""
        return self.readonly_fields if obj is None else [*self.readonly_fields, "model"]

    def has_change_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        is_open = obj is None or not (obj.is_deleted or obj.kind not in KINDS)
        return is_open and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Rule, form: RuleAdminForm, change: bool) -> None:
        """Write through the service, in the name of whoever does."""
        by = f"staff: {request.user.get_username()}"
        if change:
            rule = services.rule_update(obj.user, obj.pk, by=by, **form.values())
        else:
            model = form.cleaned_data["model"]
            rule = services.rule_create(model.user, model.pk, by=by, **form.values())
        obj.__dict__.update(rule.__dict__)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        """Take it away so that its history stays."""
        services.rule_delete(obj.user, obj.pk, by=f"staff: {request.user.get_username()}")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        for rule in queryset.filter(deleted_at__isnull=True):
            self.delete_model(request, rule)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The rules alone: their versions stay."""
        return [str(rule) for rule in objs], {"rules": len(objs)}, set(), []

    @admin.action(description="Restore selected rules")
    def restore(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        for rule in queryset.filter(deleted_at__isnull=False):
            try:
                services.rule_restore(rule.user, rule.pk, by=f"staff: {request.user.get_username()}")
            except UserError as error:
                self.message_user(request, f"{rule}: {error.message}", messages.ERROR)


@admin.register(RuleVersion)
class RuleVersionAdmin(ReadOnlyAdmin):
    list_display = ["rule", "number", "event", "sentence", "changed_by", "changed_at", "user"]
    list_filter = ["event"]
    search_fields = ["rule__name", "changed_by", "user__username"]
    list_select_related = ["rule", "user"]
    date_hierarchy = "changed_at"
    exclude = ["values"]
    readonly_fields = ["sentence"]

    @admin.display
    def sentence(self, version: RuleVersion) -> str:
        return version_sentence(version)


@admin.register(RuleProposal)
class RuleProposalAdmin(ReadOnlyAdmin):
    list_display = ["text", "state", "reader", "ai_model", "model", "user", "rule", "created_at"]
    list_filter = ["state", "reader"]
    search_fields = ["text", "reason", "model__name", "user__username"]
    list_select_related = ["model", "user", "rule"]
    date_hierarchy = "created_at"
    exclude = ["draft"]
