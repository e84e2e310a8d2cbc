"""Deciders and their parameters as people call them, in templates."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from typing import Any

from django import template

from profiles.deciders import decider_settings, decider_title

register = template.Library()
register.filter("decider_title", decider_title)


@register.filter
def settings(name: str, params: Mapping[str, Any]) -> ItemsView[str, Any]:
    """The labels and values of a decider's parameters."""
    return decider_settings(name, params).items()
