"""The form of a download."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from core.forms import ServiceForm
from market.columns import Timeframe
from market.feeds.page import FeedShown

QUOTES = "quotes"  # chosen in the place of a length


def length_of(chosen: str) -> dict[str, Any]:
    """What a choice among bars and quotes means to the service."""
    is_quotes = chosen == QUOTES
    return {"timeframe": Timeframe.MINUTE.value if is_quotes else chosen, "is_quotes": is_quotes}


def day_field(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}))


class DownloadForm(ServiceForm):
    feed = forms.ChoiceField(label="Feed")
    timeframe = forms.ChoiceField(
        label="Bars",
        choices=[
            (Timeframe.MINUTE.value, "of a minute"),
            (Timeframe.DAY.value, "of a day"),
            (QUOTES, "of quotes, a minute"),
        ],
    )
    symbols = forms.CharField(
        label="Symbols",
        help_text="Up to 100, with commas or blanks between them. New ones are added to the market.",
        widget=forms.TextInput(attrs={"list": "known-symbols", "autocomplete": "off", "spellcheck": "false"}),
    )
    first = day_field("First day")
    last = day_field("Last day", "Days that have not settled yet are left for next time.")
    is_again = forms.BooleanField(
        label="Check again",
        required=False,
        help_text="Fetch days that were fetched before, too, and note where the vendor differs now. Nothing stored is changed.",
    )

    def __init__(self, feeds: Sequence[FeedShown], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = [shown for shown in feeds if shown.is_ready]
        self.fields["feed"].choices = [(shown.feed.name, shown.feed.label) for shown in ready]  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        symbols = re.split(r"[,;\s]+", self.cleaned_data["symbols"])
        return {
            **self.cleaned_data,
            "symbols": [symbol for symbol in symbols if symbol],
            **length_of(self.cleaned_data["timeframe"]),
        }
