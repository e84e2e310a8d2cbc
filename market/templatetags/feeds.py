"""Feeds as people call them, in templates."""

from __future__ import annotations

from django import template

from market.feeds import FEEDS

register = template.Library()


@register.filter
def feed_label(name: str) -> str:
    """Its label; the bare name of one that is no longer offered."""
    return FEEDS[name].label if name in FEEDS else name
