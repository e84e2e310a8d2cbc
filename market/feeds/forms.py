"""The form of a feed's key. A key is typed, never shown."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import ServiceForm
from market.feeds.base import Feed


def key_field(label: str, *, required: bool = True) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
    return forms.CharField(label=label, required=required, widget=widget)


class KeyForm(ServiceForm):
    """A field for each part of the feed's key."""

    def __init__(self, feed: type[Feed], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [f"part_{number}" for number in range(len(feed.about.key_parts))]
        for name, label in zip(self.names, feed.about.key_parts, strict=True):
            self.fields[name] = key_field(label)

    def values(self) -> dict[str, Any]:
        return {"parts": [self.cleaned_data[name] for name in self.names]}
