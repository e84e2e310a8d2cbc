"""Form controls with the classes that every control of the site has."""

from __future__ import annotations

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_check(field: BoundField) -> bool:
    """One box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choices(field: BoundField) -> bool:
    """Several boxes or radio buttons, which need a legend rather than a label."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input itself. Django ties it to its help and errors (`_helptext`, `_error`) and marks it invalid."""
    widget = field.field.widget
    return field.as_widget(attrs={"class": f"{kind(widget)} {widget.attrs.get('class', '')}".strip()})


def kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return ""
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.Select):
        return "select"
    return "input"
