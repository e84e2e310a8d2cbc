"""Starting a run from the page of its Model."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from agents.again import session_again
from agents.forms import StartForm
from agents.panels import start_context
from agents.quoting import Quoted, quoted
from agents.services import session_start
from agents.starving import starving_words
from core.htmx import wants_fragment
from core.requests import UserRequest
from profiles.models import TradingModel
from profiles.selectors import access_model
from runs.models import Run
from runs.query import number_in
from runs.selectors import access_run_by_number


def start(request: UserRequest, model_id: int) -> HttpResponse:
    """The form on a page of its own, `?like=` filled with the settings of another run of this Model.

    `fill` shows it again with the parameters of another decider, `estimate` with what the run would take.
    """
    model = access_model(request.user, model_id)
    if request.method != "POST":
        return show(request, form_laid_out(request, model), model)
    if "fill" in request.POST:
        return show(request, StartForm.filled(model, request.POST), model)
    form = StartForm(model, request.POST)
    if "estimate" in request.POST:
        return show(request, form, model, quote=quoted(request.user, form))
    started = form.save(session_start, request.user)
    return go_to(request, started[0]) if started else show(request, form, model)


def form_laid_out(request: UserRequest, model: TradingModel) -> StartForm:
    like = number_in(request, "like")
    if like is None:
        return StartForm.fresh(request.user, model)
    return StartForm.again(model, access_run_by_number(request.user, model.pk, like))


@require_POST
def run_again_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """Start a run with the settings of another; pressing twice starts one."""
    run = access_run_by_number(request.user, model_id, number)
    key = request.POST.get("idempotency_key", "")[:100]
    return go_to(request, session_again(request.user, run.pk, key=key))


@require_POST
def run_quote_view(request: UserRequest, model_id: int) -> HttpResponse:
    """What the run in the form would take, or what keeps it from being said; asked for as the form changes."""
    model = access_model(request.user, model_id)
    return render(
        request, "agents/_quote.html", {"quote": quoted(request.user, StartForm(model, request.POST))}
    )


def show(
    request: UserRequest, form: StartForm, model: TradingModel, quote: Quoted | None = None
) -> HttpResponse:
    template = "agents/_start.html" if wants_fragment(request) else "agents/start.html"
    context = start_context(form, model) | {"quote": quote}
    return render(request, template, context, status=form.status)


def go_to(request: UserRequest, run: Run) -> HttpResponse:
    for words in starving_words(run):
        messages.warning(request, words)
    url = reverse("runs:run-detail", args=[run.model_id, run.number])
    return HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url)
