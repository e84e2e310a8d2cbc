"""Pages: describing a rule in words, and trying one on a past run."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from agents.rulebook.forms import DescribeForm
from agents.rulebook.panels import describe_context, proposal_context, try_context
from agents.rulebook.services import rule_describe
from core.htmx import wants_fragment
from core.requests import UserRequest
from profiles.models import TradingModel
from profiles.selectors import access_model
from rules.catalogue import kind_get
from rules.drafting import proposal_save
from rules.forms import RuleForm
from rules.selectors import access_proposal, access_rule


def describe(request: UserRequest, model_id: int) -> HttpResponse:
    """A sentence that is to become a rule."""
    model = access_model(request.user, model_id)
    form = DescribeForm(request.user, request.POST or None)
    if request.method == "POST" and (proposal := form.save(rule_describe, request.user, model_id)):
        if wants_fragment(request):
            context = proposal_context(model, proposal)
            return render(request, "agents/rulebook/_proposal.html", context)
        return redirect("agents:rule-proposal", model_id, proposal.pk)
    is_part = wants_fragment(request)
    template = "agents/rulebook/_describe.html" if is_part else "agents/rulebook/describe.html"
    return render(request, template, describe_context(model, form), status=form.status)


@require_safe
def proposal(request: UserRequest, model_id: int, proposal_id: int) -> HttpResponse:
    """What a sentence was read as; asks again while it is being read."""
    found = access_proposal(request.user, model_id, proposal_id)
    is_part = wants_fragment(request)
    template = "agents/rulebook/_proposal.html" if is_part else "agents/rulebook/proposal.html"
    return render(request, template, proposal_context(found.model, found))


@require_POST
def proposal_accept(request: UserRequest, model_id: int, proposal_id: int) -> HttpResponse:
    """Save the rule as it was shown."""
    rule = proposal_save(request.user, model_id, proposal_id)
    messages.success(request, f"“{rule.name}” binds the runs that start from now on.")
    return redirect(f"{reverse('rules:rule-list', args=[model_id])}#rule-{rule.pk}")


@require_POST
def draft_try(request: UserRequest, model_id: int, kind: str) -> HttpResponse:
    """Try the rule that is in the form, before it is saved."""
    model = access_model(request.user, model_id)
    return show_try(request, RuleForm(kind_get(kind), request.POST), model)


@require_POST
def rule_try_view(request: UserRequest, model_id: int, rule_id: int) -> HttpResponse:
    """Try a stored rule as it stands in the form."""
    rule = access_rule(request.user, rule_id, model_id=model_id)
    return show_try(request, RuleForm(kind_get(rule.kind), request.POST, rule=rule), rule.model)


def show_try(request: UserRequest, form: RuleForm, model: TradingModel) -> HttpResponse:
    context = {"model": model, **try_context(request, form, model)}
    is_part = wants_fragment(request)
    template = "agents/rulebook/_tried.html" if is_part else "agents/rulebook/tried.html"
    return render(request, template, context)
