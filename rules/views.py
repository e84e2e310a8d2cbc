"""Pages of a Model's rules."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.errors import UserError
from core.panels import panels_of
from core.requests import UserRequest
from profiles.models import TradingModel
from profiles.selectors import access_model
from rules import services
from rules.catalogue import kind_get, kind_groups
from rules.drafting import draft_of, proposal_save
from rules.drafts import draft_preview, findings_now
from rules.forms import RuleForm, RulePage
from rules.models import Rule, RuleProposal
from rules.rows import rule_groups, version_rows
from rules.selectors import access_proposal, access_rule, rule_versions, rules_deleted, rules_of
from rules.starters import starter_get
from rules.starting import starter_add, starter_rows

MOST_DIGITS = 18


@require_safe
def rule_list(request: UserRequest, model_id: int) -> HttpResponse:
    """A Model's rules as sentences, and what is odd about them."""
    model = access_model(request.user, model_id)
    rules, findings = list(rules_of(model)), findings_now(model)
    context = {
        "model": model,
        "groups": rule_groups(rules, findings),
        "total": len(rules),
        "active": sum(rule.is_active for rule in rules),
        "odd": sum(map(len, findings.values())),
        "deleted": list(rules_deleted(model)[:20]),
        "panels": [(panel, panel.render(request, model)) for panel in panels_of("rules")],
    }
    return render(request, "rules/rule_list.html", context)


@require_safe
def rule_new(request: UserRequest, model_id: int) -> HttpResponse:
    """Choose a kind."""
    model = access_model(request.user, model_id)
    context = {
        "model": model,
        "groups": kind_groups(),
        "panels": [(panel, panel.render(request, model)) for panel in panels_of("rules")],
    }
    return render(request, "rules/rule_new.html", context)


def rule_create(request: UserRequest, model_id: int, kind: str) -> HttpResponse:
    """The form of a new rule, filled with what was proposed where it begins from a sentence."""
    model, proposal = access_model(request.user, model_id), proposal_asked(request, model_id, kind)
    draft = draft_of(model, proposal) if proposal else None
    form = RuleForm(kind_get(kind), request.POST or None, draft=draft)
    save, about = (proposal_save, [proposal.pk]) if proposal else (services.rule_create, [])
    if request.method == "POST" and (rule := form.save(save, request.user, model_id, *about)):
        messages.success(request, f"“{rule.name}” binds the runs that start from now on.")
        return redirect(address(rule))
    return show_form(request, form, model)


def proposal_asked(request: UserRequest, model_id: int, kind: str) -> RuleProposal | None:
    """The proposal that the address names, if it is one of this kind."""
    number = request.GET.get("proposal", "")
    if not number.isdecimal() or len(number) > MOST_DIGITS:
        return None
    proposal = access_proposal(request.user, model_id, int(number))
    return proposal if proposal.draft.get("kind") == kind else None


def rule_edit(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    """The form of a stored rule, with its history."""
    rule = access_rule(request.user, rule_id, model_id=model_id)
    form = RuleForm(kind_get(rule.kind), request.POST or None, rule=rule)
    if request.method == "POST" and form.save(services.rule_update, request.user, rule_id) is not None:
        messages.success(request, "Saved. Runs that have started keep the version that they started with.")
        return redirect(address(rule))
    return show_form(request, form, rule.model, rule)


def show_form(
    request: UserRequest, form: RuleForm, model: TradingModel, rule: Rule | None = None
) -> HttpResponse:
    page = RulePage(model, form, rule)
    context = {
        **page._asdict(),
        "preview": draft_preview(model, form.shown_values(), rule),
        "versions": version_rows(list(rule_versions(rule))) if rule else [],
        "panels": [(panel, panel.render(request, page)) for panel in panels_of("rule")],
    }
    return render(request, "rules/rule_form.html", context, status=form.status)


@require_POST
def draft_preview_view(request: UserRequest, model_id: int, kind: str) -> HttpResponse:
    """What the form of a new rule comes to as it is typed; nothing is saved."""
    model = access_model(request.user, model_id)
    return show_preview(request, RuleForm(kind_get(kind), request.POST), model)


@require_POST
def rule_preview_view(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    """What the form of a stored rule comes to as it is typed; nothing is saved."""
    rule = access_rule(request.user, rule_id, model_id=model_id)
    return show_preview(request, RuleForm(kind_get(rule.kind), request.POST, rule=rule), rule.model)


def show_preview(request: UserRequest, form: RuleForm, model: TradingModel) -> HttpResponse:
    preview = draft_preview(model, form.shown_values(), form.rule)
    if preview.errors:
        form.blame(UserError("", fields=preview.errors))
    return render(request, "rules/_preview.html", {"form": form, "preview": preview, "is_live": True})


@require_POST
def rule_switch(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    """On or off."""
    access_rule(request.user, rule_id, model_id=model_id)
    switch = services.rule_activate if request.POST.get("on") == "1" else services.rule_deactivate
    return redirect(address(switch(request.user, rule_id)))


@require_POST
def rule_move(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    access_rule(request.user, rule_id, model_id=model_id)
    return redirect(address(services.rule_move(request.user, rule_id, is_up="up" in request.POST)))


def rule_delete(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    """Ask, then take the rule away."""
    rule = access_rule(request.user, rule_id, model_id=model_id)
    if request.method != "POST":
        return render(request, "rules/rule_delete.html", {"model": rule.model, "rule": rule})
    services.rule_delete(request.user, rule_id)
    messages.success(request, f"“{rule.name}” is deleted. Below the list it can be restored.")
    return redirect("rules:rule-list", model_id)


@require_POST
def rule_restore(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    access_rule(request.user, rule_id, model_id=model_id, deleted=True)
    return redirect(address(services.rule_restore(request.user, rule_id)))


def starter_list(request: UserRequest, model_id: int) -> HttpResponse:
    """The starter sets, and adding one of them."""
    model = access_model(request.user, model_id)
    if request.method != "POST":
        context = {"model": model, "starters": starter_rows(model)}
        return render(request, "rules/starter_list.html", context)
    starter = starter_get(request.POST.get("starter", ""))
    added = starter_add(request.user, model_id, starter.name)
    messages.success(request, f"{starter.title}: {added.words} Adjust them as you like.")
    return redirect("rules:rule-list", model_id)


def address(rule: Rule) -> str:
    """Its place in the list."""
    return f"{reverse('rules:rule-list', args=[rule.model_id])}#rule-{rule.pk}"
