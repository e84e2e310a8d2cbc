"""Parts that rooms above hang into a page below, so that imports keep going downwards.

The page of a run belongs to `runs`; orders belong to `broker`, which stands on `runs`. Broker registers a panel,
and the page shows every panel that is registered for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from core.errors import Forbidden
from core.requests import UserRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """A fragment of a page: `context(request, subject)` reads, `template` shows. `order` sorts panels on a page."""

    page: str
    key: str
    title: str
    order: int
    template: str
    context: Callable[[UserRequest, Any], Mapping[str, Any]]

    def render(self, request: UserRequest, subject: Any) -> str:
        context = {"panel": self, "subject": subject, **self.context(request, subject)}
        return render_to_string(self.template, context, request=request)


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Hang a panel into its page; called once, when its room is ready."""
    _panels[panel.page, panel.key] = panel


def panels_of(page: str) -> list[Panel]:
    return sorted((panel for panel in _panels.values() if panel.page == page), key=lambda panel: panel.order)


def panel_get(page: str, key: str) -> Panel:
    """Raises Forbidden for a panel that doesn't exist, like any other absent thing."""
    try:
        return _panels[page, key]
    except KeyError:
        raise Forbidden from None
