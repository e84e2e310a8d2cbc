"""Pages of Models and of a user's profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.panels import panels_of
from core.requests import UserRequest
from profiles import columns, services
from profiles.deciders import decider_guides, decider_title
from profiles.describe import model_sections, model_sentence
from profiles.forms import CloneForm, ProfileForm
from profiles.middleware import remember_zone
from profiles.model_form import TradingModelForm
from profiles.models import TradingModel
from profiles.selectors import access_model, models_list, profile_get


@require_safe
def model_list(request: UserRequest) -> HttpResponse:
    """The user's Models in use, or with ?archived=1 those put away."""
    is_archive = request.GET.get("archived") == "1"
    listed = list(models_list(request.user, archived=is_archive))
    cells = columns.cells(request.user, [model.pk for model in listed])
    context = {
        "rows": [(model, decider_title(model.decider), cells[model.pk]) for model in listed],
        "columns": columns.columns(),
        "is_archive": is_archive,
        "archived_count": models_list(request.user, archived=True).count(),
    }
    return render(request, "profiles/model_list.html", context)


@require_safe
def model_detail(request: UserRequest, model_id: int) -> HttpResponse:
    """One Model: what it is, and the panels that other rooms hang in here."""
    model = access_model(request.user, model_id)
    context = {
        "model": model,
        "sentence": model_sentence(model),
        "sections": model_sections(model),
        "panels": [(panel, panel.render(request, model)) for panel in panels_of("model")],
    }
    return render(request, "profiles/model_detail.html", context)


def model_create(request: UserRequest) -> HttpResponse:
    form = TradingModelForm(request.POST or None)
    if "fill" in request.POST:
        return show_form(request, TradingModelForm.filled(request.POST))
    if request.method == "POST" and (model := form.save(services.model_create, request.user)):
        return redirect("profiles:model-detail", model.pk)
    return show_form(request, form)


def model_edit(request: UserRequest, model_id: int) -> HttpResponse:
    model = access_model(request.user, model_id)
    form = TradingModelForm(request.POST or None, model=model)
    if "fill" in request.POST:
        return show_form(request, TradingModelForm.filled(request.POST, model), model)
    if request.method == "POST" and form.save(services.model_update, request.user, model_id) is not None:
        messages.success(request, "Saved. Runs that have started keep what they started with.")
        return redirect("profiles:model-detail", model_id)
    return show_form(request, form, model)


def show_form(
    request: UserRequest, form: TradingModelForm, model: TradingModel | None = None
) -> HttpResponse:
    context = {"form": form, "model": model, "guides": decider_guides()}
    return render(request, "profiles/model_form.html", context, status=form.status)


def model_clone(request: UserRequest, model_id: int) -> HttpResponse:
    model = access_model(request.user, model_id)
    form = CloneForm(request.POST or None, initial={"name": services.copy_name(model)})
    if request.method == "POST" and (copy := form.save(services.model_clone, request.user, model_id)):
        messages.success(request, f"{copy.name} is a copy of {model.name}, without its runs.")
        return redirect("profiles:model-detail", copy.pk)
    return render(request, "profiles/model_clone.html", {"model": model, "form": form}, status=form.status)


def model_archive(request: UserRequest, model_id: int) -> HttpResponse:
    """Ask, then put the Model away."""
    model = access_model(request.user, model_id)
    if request.method != "POST":
        return render(request, "profiles/model_archive.html", {"model": model})
    services.model_archive(request.user, model_id)
    messages.success(request, f"{model.name} is archived.")
    return redirect("profiles:model-list")


@require_POST
def model_restore(request: UserRequest, model_id: int) -> HttpResponse:
    model = services.model_restore(request.user, model_id)
    messages.success(request, f"{model.name} is back.")
    return redirect("profiles:model-detail", model_id)


def profile(request: UserRequest) -> HttpResponse:
    initial = ProfileForm.initial_of(profile_get(request.user))
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.save(services.profile_update, request.user) is not None:
        remember_zone(request, request.user)
        messages.success(request, "Saved. Your limits hold for all of your Models from the next run on.")
        return redirect("profiles:profile")
    return render(request, "profiles/profile.html", {"form": form}, status=form.status)
