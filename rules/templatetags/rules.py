"""How sentences of rules are set: their figures stand out, so that a list of rules can be read by its numbers."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

FIGURE = re.compile(
    r"(?<![\w&#;])[−-]?\$?\d[\d,]*(?:[.:]\d+)?(?:\s?(?:%|×|¢))?(?:\s?(?:to|–)\s?\$?\d[\d,]*(?:[.:]\d+)?(?:\s?%)?)?"
)


@register.filter
def figures(sentence: str) -> SafeString:
    """Mark amounts, percentages and times in a sentence."""
    escaped = str(conditional_escape(sentence))
    return mark_safe(FIGURE.sub(r'<b class="figure">\g<0></b>', escaped))  # noqa: S308  (escaped above)
