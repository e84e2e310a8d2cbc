"""The main navigation: links only to pages that exist."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, name: str, label: str, *beside: str) -> str:
    """A link of the top bar, marked when its page or a page below it is shown; nothing if no room serves it.

    `beside`: the first parts of other addresses whose pages belong to it.
    """
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    request: Any = context.get("request")
    path = request.path if request else ""
    if path == url:
        return format_html('<a class="topbar-link" href="{}" aria-current="page">{}</a>', url, label)
    if path.startswith((url, *(f"/{part}/" for part in beside))):
        return format_html('<a class="topbar-link" href="{}" aria-current="true">{}</a>', url, label)
    return format_html('<a class="topbar-link" href="{}">{}</a>', url, label)


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, number: int) -> str:
    """This page's address with another `page`, every filter kept."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
