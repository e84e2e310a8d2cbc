"""The form of a rule: what every rule has, and the parameters of its kind as its schema has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms

from core.errors import UserError
from core.forms import ServiceForm
from profiles.fields import SymbolsField, text_area
from profiles.models import TradingModel
from rules.kinds.base import Kind
from rules.models import Asset, Rule, Verb
from rules.param_fields import PREFIX, first_values, param_fields, shown_values, typed_values

PRIORITIES = [
    (number, {10: "10, first", 5: "5, usual", 1: "1, last"}.get(number, str(number)))
    for number in range(10, 0, -1)
]


class RulePage(NamedTuple):
    """What the page of one rule is about, for the panels that rooms above hang into its form."""

    model: TradingModel
    form: RuleForm
    rule: Rule | None


class RuleForm(ServiceForm):
    """One rule of one kind. What is typed goes to the service as it is; the kind's schema judges it there."""

    verb = forms.ChoiceField(label="When it would be broken", widget=forms.RadioSelect, required=False)
    name = forms.CharField(max_length=100, required=False, help_text="Empty: named after its kind.")
    description = forms.CharField(
        label="Why", required=False, max_length=1000, widget=text_area(2), help_text="For yourself."
    )
    applies_to_symbols = SymbolsField(
        label="Only for", required=False, help_text="Such as SPY, IBM. Empty: every symbol."
    )
    exclude_symbols = SymbolsField(
        label="Not for", required=False, help_text="The rule does not look at these; it does not forbid them."
    )
    applies_to_assets = forms.MultipleChoiceField(
        label="Assets", choices=Asset.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    priority = forms.TypedChoiceField(
        choices=PRIORITIES,
        coerce=int,
        help_text="All rules apply; those with a higher priority are asked first.",
    )
    is_active = forms.BooleanField(
        label="On", required=False, help_text="Binds the runs that start from now on."
    )
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, kind: Kind[Any], *args: Any, rule: Rule | None = None, draft: Rule | None = None, **kwargs: Any
    ) -> None:
        """For a stored `rule`, or a new one that begins as a `draft` or else with the examples of its kind."""
        kwargs["initial"] = initial_of(kind, rule or draft)
        super().__init__(*args, **kwargs)
        self.kind, self.rule = kind, rule
        self.fields["verb"].choices = [(verb, Verb(verb).label) for verb in kind.verbs]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields.update(param_fields(kind.params))
        if rule is None:
            del self.fields["seen_version"]

    @property
    def param_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def has_one_verb(self) -> bool:
        return len(self.kind.verbs) == 1

    def values(self) -> dict[str, Any]:
        """The fields of a rule."""
        sent = {name: value for name, value in self.cleaned_data.items() if not name.startswith(PREFIX)}
        params = typed_values(self.kind.params, self.cleaned_data)
        return {**sent, "kind": self.kind.name, "params": params}

    def shown_values(self) -> dict[str, Any]:
        """The fields of a rule as the form shows them, typed or not, and whatever is wrong with them."""
        if self.is_bound:
            self.is_valid()
            cleaned = self.cleaned_data
        else:
            initial = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
            cleaned = {name: value for name, value in initial.items() if value is not None}
        sent = {name: value for name, value in cleaned.items() if not name.startswith(PREFIX)}
        sent.pop("seen_version", None)
        return {**sent, "kind": self.kind.name, "params": typed_values(self.kind.params, cleaned)}

    def blame(self, error: UserError) -> None:
        """The service names a parameter "params.x", without knowing this form's prefix."""
        fields = {name.replace("params.", PREFIX, 1): text for name, text in error.fields.items()}
        known = {name: text for name, text in fields.items() if name in self.fields}
        for text in (text for name, text in fields.items() if name not in known):
            self.add_error(None, text)
        if known or not fields:
            super().blame(UserError(error.message, code=error.code, fields=known))


def initial_of(kind: Kind[Any], rule: Rule | None) -> Mapping[str, Any]:
    """A new rule begins with the examples of its schema, an old one as it stands."""
    if rule is None:
        usual = {"verb": kind.verbs[0], "priority": 5, "is_active": True, "applies_to_assets": [Asset.EQUITY]}
        return usual | shown_values(first_values(kind.params))
    own = {
        "verb": rule.verb,
        "name": rule.name,
        "description": rule.description,
        "applies_to_symbols": rule.applies_to_symbols or [],
        "exclude_symbols": rule.exclude_symbols,
        "applies_to_assets": rule.applies_to_assets,
        "priority": rule.priority,
        "is_active": rule.is_active,
        "seen_version": rule.version,
    }
    return own | shown_values(rule.params)
