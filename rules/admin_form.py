"""The form of a rule in the admin: the same fields, made of the schema of its kind, judged by the same service."""

from __future__ import annotations

from typing import Any

from django import forms

from core.errors import UserError
from profiles.fields import SymbolsField
from rules.drafts import draft_make
from rules.forms import initial_of
from rules.kinds.base import Kind
from rules.models import Asset, Rule, Verb
from rules.param_fields import PREFIX, param_fields, typed_values

OWN = (
    "name",
    "description",
    "verb",
    "applies_to_symbols",
    "exclude_symbols",
    "applies_to_assets",
    "priority",
    "is_active",
)


class RuleAdminForm(forms.ModelForm[Rule]):
    """One rule of one kind; `form_for` makes the class for a kind."""

    kind: Kind[Any]

    verb = forms.ChoiceField(required=False)
    name = forms.CharField(max_length=100, required=False, help_text="Empty: named after its kind.")
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    applies_to_symbols = SymbolsField(label="Only for", required=False, help_text="Empty: every symbol.")
    exclude_symbols = SymbolsField(label="Not for", required=False, help_text="It does not forbid these.")
    applies_to_assets = forms.MultipleChoiceField(
        label="Assets", choices=Asset.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Rule
        fields = ["model", "priority", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rule = kwargs.get("instance")
        known = dict(initial_of(self.kind, rule if rule and rule.pk else None))
        kwargs["initial"] = {**known, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [(verb, Verb(verb).label) for verb in self.kind.verbs]  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        """The fields of a rule, as the service takes them."""
        sent = {name: self.cleaned_data[name] for name in OWN if name in self.cleaned_data}
        return {**sent, "kind": self.kind.name, "params": typed_values(self.kind.params, self.cleaned_data)}

    def clean(self) -> dict[str, Any]:
        """Everything that the service would refuse, beside its field."""
        cleaned = super().clean() or {}
        rule = self.instance if self.instance.pk else None
        model = rule.model if rule else cleaned.get("model")
        if model is not None:
            try:
                draft_make(model, self.values(), rule)
            except UserError as error:
                self.blame(error)
        return cleaned

    def blame(self, error: UserError) -> None:
        for name, text in (error.fields or {"": error.message}).items():
            field = name.replace("params.", PREFIX, 1)
            self.add_error(field if field in self.fields else None, text)

    def _post_clean(self) -> None:
        """The service fills and judges the row."""


def form_for(kind: Kind[Any]) -> type[RuleAdminForm]:
    """The form class of a kind."""
    return type("RuleAdminForm", (RuleAdminForm,), {"kind": kind, **param_fields(kind.params)})
