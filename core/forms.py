"""Forms whose values go to a service, and whose errors come back from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db import transaction

from core.errors import Forbidden, UserError

T = TypeVar("T")


class ServiceForm(forms.Form):
    """Reads what was typed; the service judges it."""

    def save(self, write: Callable[..., T], *args: Any) -> T | None:
        """Call the service with the form's values; None when the form, now with its errors, must be shown again."""
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                return write(*args, **self.values())
        except Forbidden:
            raise
        except UserError as error:
            self.blame(error)
            return None

    def values(self) -> dict[str, Any]:
        """What the service is called with."""
        return self.cleaned_data

    def blame(self, error: UserError) -> None:
        """Show an error beside the fields it is about, or else above the form."""
        about = {name: text for name, text in error.fields.items() if name in self.fields}
        for name, text in about.items():
            self.add_error(name, text)
        if not about:
            self.add_error(None, error.message)

    def typed(self) -> dict[str, Any]:
        """What was typed, unread: to show the form again with some of it changed."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }

    @property
    def status(self) -> int:
        """Of the page that shows the form: 422 when something in it has to be put right."""
        return 422 if self.is_bound and self.errors else 200
