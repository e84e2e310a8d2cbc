"""Pages of notifications: the inbox, the bell above every page, what one is told of and how."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from core.htmx import wants_fragment
from core.requests import UserRequest, whole_in
from profiles.notifications import hook, services
from profiles.notifications.forms import ChoicesForm, WebhookForm
from profiles.notifications.listing import delivery_rows, inbox_page, settings_page
from profiles.notifications.selectors import access_notification


@require_safe
def inbox(request: UserRequest) -> HttpResponse:
    """What the user was told, newest first; `?show=unread` leaves out what was read."""
    context = inbox_page(request.user, request.GET)
    template = (
        "profiles/notifications/_inbox.html"
        if wants_fragment(request)
        else "profiles/notifications/inbox.html"
    )
    return render(request, template, context)


@login_not_required  # it asks by itself: an answer that led to the login would take away the page that it stands on
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """How many are unread, for the top bar of a page that stays open."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "profiles/notifications/_bell.html")


@require_safe
def notification_open(request: UserRequest, notification_id: int) -> HttpResponse:
    """Go where a notification leads; with that it is read."""
    told = access_notification(request.user, notification_id)
    services.notifications_read(request.user, [told.pk])
    return redirect(told.url or "profiles:inbox")


@require_POST
def inbox_read(request: UserRequest) -> HttpResponse:
    """Mark one notification as read, or all."""
    typed = whole_in(request.POST.get("notification", ""))
    ids = None if typed is None else [access_notification(request.user, typed).pk]
    services.notifications_read(request.user, ids)
    kept = {name: request.GET[name] for name in ("show", "page") if name in request.GET}
    return redirect(f"/notifications/?{urlencode(kept)}" if kept else "profiles:inbox")


@never_cache
def settings(request: UserRequest) -> HttpResponse:
    """Choose by which ways to be told of what."""
    form = ChoicesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.save(services.channels_choose, request.user) is not None:
        messages.success(request, "Saved. It holds for whatever happens from now on.")
        return redirect("profiles:notification-settings")
    return show_settings(request, choices=form)


@never_cache
@require_POST
def webhook(request: UserRequest) -> HttpResponse:
    """Set the webhook. Its new secret is in the answer, this once."""
    form = WebhookForm(request.POST)
    made = form.save(hook.webhook_set, request.user)
    return show_settings(request, webhook=WebhookForm() if made else form, secret=made[1] if made else "")


def show_settings(
    request: UserRequest,
    *,
    choices: ChoicesForm | None = None,
    webhook: WebhookForm | None = None,
    secret: str = "",
) -> HttpResponse:
    forms = {"choices": choices or ChoicesForm(user=request.user), "webhook": webhook or WebhookForm()}
    context = {**settings_page(request.user), **forms, "secret": secret}
    status = max(form.status for form in forms.values())
    return render(request, "profiles/notifications/settings.html", context, status=status)


@require_POST
def webhook_remove(request: UserRequest) -> HttpResponse:
    hook.webhook_remove(request.user)
    messages.success(request, "The webhook and its secret are forgotten.")
    return redirect("profiles:notification-settings")


@require_POST
def test(request: UserRequest) -> HttpResponse:
    """Send a notification all ways that lead somewhere."""
    hook.notification_test(request.user)
    messages.success(
        request, "A test is on its way. It is in your inbox; below is what becomes of it elsewhere."
    )
    return redirect("profiles:notification-settings")


@require_GET
def deliveries(request: UserRequest) -> HttpResponse:
    """What was sent out lately, for the page to ask again while something is on its way."""
    return render(request, "profiles/notifications/_deliveries.html", delivery_rows(request.user))


@require_POST
def delivery_again(request: UserRequest, delivery_id: int) -> HttpResponse:
    services.delivery_again(request.user, delivery_id)
    messages.success(request, "It is tried again.")
    return redirect("profiles:notification-settings")
