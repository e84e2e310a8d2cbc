"""The page of a user's API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.requests import UserRequest
from profiles.tokens import services
from profiles.tokens.forms import TokenForm
from profiles.tokens.selectors import tokens_of


@never_cache
def token_list(request: UserRequest) -> HttpResponse:
    """List tokens and make new ones. A new token is in the answer to its form, this once."""
    form = TokenForm(request.POST or None)
    made = form.save(services.token_create, request.user) if request.method == "POST" else None
    context = {
        "form": TokenForm() if made else form,
        "made": made,
        "tokens": tokens_of(request.user, timezone.now()),
        "api_root": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "profiles/token_list.html", context, status=form.status)


@require_POST
def token_revoke(request: UserRequest, token_id: int) -> HttpResponse:
    token = services.token_revoke(request.user, token_id)
    messages.success(request, f"The token “{token.name}” opens nothing any more.")
    return redirect("profiles:token-list")
