"""Pages of a user's endpoints of language models."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_safe

from core.requests import UserRequest
from profiles.llm import services
from profiles.llm.forms import EndpointForm, SpendingForm
from profiles.llm.selectors import access_endpoint, defaults_get, endpoints_of, spending_get


@require_safe
def endpoint_list(request: UserRequest) -> HttpResponse:
    """The user's endpoints, what the site offers, and the user's caps over a day."""
    form = SpendingForm(initial=SpendingForm.initial_of(spending_get(request.user)))
    return show_list(request, form)


def show_list(request: UserRequest, form: SpendingForm) -> HttpResponse:
    context = {"endpoints": endpoints_of(request.user), "defaults": defaults_get(), "form": form}
    return render(request, "profiles/endpoint_list.html", context, status=form.status)


@sensitive_post_parameters("key")
def endpoint_create(request: UserRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and (endpoint := form.save(services.endpoint_create, request.user)):
        messages.success(request, f"{endpoint.name} is stored. Test it: that makes one real call.")
        return redirect("profiles:endpoint-list")
    return render(request, "profiles/endpoint_form.html", {"form": form}, status=form.status)


@sensitive_post_parameters("key")
def endpoint_edit(request: UserRequest, endpoint_id: int) -> HttpResponse:
    endpoint = access_endpoint(request.user, endpoint_id)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if (
        request.method == "POST"
        and form.save(services.endpoint_update, request.user, endpoint_id) is not None
    ):
        messages.success(request, "Saved. Runs use it from their next question on.")
        return redirect("profiles:endpoint-list")
    context = {"form": form, "endpoint": endpoint}
    return render(request, "profiles/endpoint_form.html", context, status=form.status)


def endpoint_delete(request: UserRequest, endpoint_id: int) -> HttpResponse:
    """Ask, then delete the endpoint with its key."""
    endpoint = access_endpoint(request.user, endpoint_id)
    if request.method != "POST":
        return render(request, "profiles/endpoint_delete.html", {"endpoint": endpoint})
    services.endpoint_delete(request.user, endpoint_id)
    messages.success(request, f"{endpoint.name} and its key are deleted.")
    return redirect("profiles:endpoint-list")


@require_GET
def endpoint_tested(request: UserRequest, endpoint_id: int) -> HttpResponse:
    """How its test stands, for the list to ask again while it runs."""
    endpoint = access_endpoint(request.user, endpoint_id)
    return render(request, "profiles/_endpoint_test.html", {"endpoint": endpoint})


def spending(request: UserRequest) -> HttpResponse:
    """Change the caps over a day."""
    form = SpendingForm(request.POST or None)
    if request.method == "POST" and form.save(services.spending_update, request.user) is not None:
        messages.success(
            request, "Saved. A run that reaches a cap pauses, and goes on when there is room again."
        )
        return redirect("profiles:endpoint-list")
    return show_list(request, form)
