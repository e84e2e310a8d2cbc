"""Pages of feeds: what there is to fetch from, and the user's keys."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from core.requests import UserRequest
from market.feeds import feed_get
from market.feeds.forms import KeyForm
from market.feeds.keys import key_remove, key_store, keys_known
from market.feeds.page import feeds_shown


@require_safe
def feed_list(request: UserRequest) -> HttpResponse:
    """What there is to fetch from, with which key, and how it answered last."""
    return render(request, "market/feeds/feed_list.html", {"feeds": feeds_shown(request.user)})


@sensitive_post_parameters("part_0", "part_1")
def feed_key(request: UserRequest, name: str) -> HttpResponse:
    """Enter or replace the user's key of a feed."""
    feed = feed_get(name)
    form = KeyForm(feed, request.POST or None)
    if request.method == "POST" and form.save(key_store, request.user, feed) is not None:
        messages.success(request, f"Your key of {feed.label} is stored. It can be replaced, not read.")
        return redirect("market:feed-list")
    context = {"form": form, "feed": feed, "has_key": name in keys_known(request.user)}
    return render(request, "market/feeds/feed_key.html", context, status=form.status)


@require_POST
def feed_key_remove(request: UserRequest, name: str) -> HttpResponse:
    """Forget the user's key of a feed."""
    feed = feed_get(name)
    key_remove(request.user, feed)
    messages.success(request, f"Your key of {feed.label} is deleted.")
    return redirect("market:feed-list")
