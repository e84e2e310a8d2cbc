"""Starting a run from the page of its Model."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from agents.forms import StartForm
from agents.panels import start_context
from agents.services import session_start
from core.htmx import wants_fragment
from core.requests import UserRequest
from profiles.models import TradingModel
from profiles.selectors import access_model
from runs.models import Run


def start(request: UserRequest, model_id: int) -> HttpResponse:
    """The form on a page of its own; `fill` shows it again with the parameters of another decider."""
    model = access_model(request.user, model_id)
    if request.method != "POST":
        return show(request, StartForm.fresh(request.user, model), model)
    if "fill" in request.POST:
        return show(request, StartForm.filled(model, request.POST), model)
    form = StartForm(model, request.POST)
    started = form.save(session_start, request.user)
    return go_to(request, started[0]) if started else show(request, form, model)


def show(request: UserRequest, form: StartForm, model: TradingModel) -> HttpResponse:
    template = "agents/_start.html" if wants_fragment(request) else "agents/start.html"
    return render(request, template, start_context(form, model), status=form.status)


def go_to(request: UserRequest, run: Run) -> HttpResponse:
    url = reverse("runs:run-detail", args=[run.model_id, run.number])
    return HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url)
