"""Pages of schedules."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents.panels import start_context
from agents.schedules.firing import schedule_run_now
from agents.schedules.forms import ScheduleForm
from agents.schedules.models import FireState, Schedule, ScheduleFire
from agents.schedules.selectors import access_schedule, fires_of, schedules_now, schedules_of
from agents.schedules.services import (
    schedule_create,
    schedule_delete,
    schedule_pause,
    schedule_resume,
    schedule_update,
)
from core.errors import Conflict
from core.htmx import wants_fragment
from core.requests import UserRequest
from core.views import MOST_TOPICS
from market.downloads.state import topic
from profiles.models import TradingModel
from profiles.selectors import access_model, models_list


@require_safe
def schedule_list(request: UserRequest) -> HttpResponse:
    """All schedules of the user, with their next fires."""
    found = schedules_now(schedules_of(request.user))
    return render(
        request, "agents/schedules/list.html", {"schedules": found, "models": models_list(request.user)}
    )


def schedule_new(request: UserRequest, model_id: int) -> HttpResponse:
    """A new schedule of a Model; `fill` shows the form again with the fields of what is chosen."""
    model = access_model(request.user, model_id)
    if request.method != "POST":
        return show(request, ScheduleForm.fresh(request.user, model), model)
    if "fill" in request.POST:
        return show(request, ScheduleForm.filled(model, request.POST), model)
    form = ScheduleForm(model, request.POST)
    made = form.save(schedule_create, request.user, model.pk)
    return redirect("agents:schedule", made.pk) if made else show(request, form, model)


def schedule_edit(request: UserRequest, schedule_id: int) -> HttpResponse:
    schedule = access_schedule(request.user, schedule_id)
    model = schedule.model
    if request.method != "POST":
        return show(request, ScheduleForm.of(schedule), model, editing=schedule_id)
    if "fill" in request.POST:
        return show(request, ScheduleForm.filled(model, request.POST), model, editing=schedule_id)
    form = ScheduleForm(model, request.POST)
    changed = form.save(schedule_update, request.user, schedule_id)
    return redirect("agents:schedule", schedule_id) if changed else show(request, form, model, schedule_id)


def show(
    request: UserRequest, form: ScheduleForm, model: TradingModel, editing: int | None = None
) -> HttpResponse:
    template = "agents/schedules/_form.html" if wants_fragment(request) else "agents/schedules/form.html"
    context = start_context(form, model) | {"editing": editing}
    return render(request, template, context, status=form.status)


@require_safe
def schedule_page(request: UserRequest, schedule_id: int) -> HttpResponse:
    """When it fires next, and what became of the fires before."""
    schedule = access_schedule(request.user, schedule_id)
    fires = list(fires_of(schedule))
    context = {
        "now": schedules_now([schedule])[0],
        "schedule": schedule,
        "fires": fires,
        "topics": topics_of(schedule, fires),
    }
    return render(request, "agents/schedules/schedule.html", context)


def topics_of(schedule: Schedule, fires: Sequence[ScheduleFire]) -> str:
    """What moves the page: the Model's news, and downloads that bring a fire's bars."""
    moving = [topic(fire.download) for fire in fires if fire.download and fire.download.is_active]
    return ",".join([f"model:{schedule.model_id}", *moving][:MOST_TOPICS])


@require_POST
def schedule_pause_view(request: UserRequest, schedule_id: int) -> HttpResponse:
    """Pause it, or let it go on."""
    change = schedule_resume if "resume" in request.POST else schedule_pause
    return redirect("agents:schedule", change(request.user, schedule_id).pk)


@require_POST
def schedule_run_now_view(request: UserRequest, schedule_id: int) -> HttpResponse:
    try:
        fire = schedule_run_now(request.user, schedule_id)
        messages.success(request, said_of(fire))
    except Conflict as conflict:
        messages.error(request, conflict.message)
    return redirect("agents:schedule", schedule_id)


def said_of(fire: ScheduleFire) -> str:
    if fire.state == FireState.STARTED and fire.run is not None:
        return f"The session of {fire.session_day} is run {fire.run.number}; a session is started once."
    return f"{fire.session_day}: {fire.problem}"


def schedule_delete_view(request: UserRequest, schedule_id: int) -> HttpResponse:
    """Ask whether it should go, then let it go."""
    schedule = access_schedule(request.user, schedule_id)
    if request.method != "POST":
        return render(request, "agents/schedules/delete.html", {"schedule": schedule})
    return redirect("profiles:model-detail", schedule_delete(request.user, schedule_id))
