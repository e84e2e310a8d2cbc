"""Stored values as words, in templates."""

from __future__ import annotations

from datetime import datetime

from django import template

from core.templatetags.numbers import clock, moment
from runs.models import Mode, Run
from runs.words import label_of, words_of

register = template.Library()
register.filter("words", words_of)
register.filter("label", label_of)


@register.filter
def when(at: datetime | None, run: Run) -> str:
    """A moment of a run: the time of day where the day is plain, the day too where it isn't."""
    return clock(at) if run.mode == Mode.INTRADAY else moment(at)
