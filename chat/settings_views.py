"""The page of a user's analyst settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from chat.forms import SettingsForm
from chat.limits import asked_by, limits_of
from chat.selectors import analyst_defaults, settings_get
from chat.services import analyst_update
from core.requests import UserRequest


def analyst_settings(request: UserRequest) -> HttpResponse:
    """Who answers, with what instructions, within what caps; and what has been asked today."""
    settings, site = settings_get(request.user), analyst_defaults()
    form = SettingsForm(request.user, request.POST or None, initial=SettingsForm.initial_of(settings))
    if request.method == "POST" and form.save(analyst_update, request.user) is not None:
        messages.success(request, "Saved. It holds from your next question on.")
        return redirect("chat:settings")
    used, limits = asked_by(request.user, timezone.now()), limits_of(settings, site)
    context = {"form": form, "site": site, "used": used, "limits": limits}
    return render(request, "chat/settings.html", context, status=form.status)
