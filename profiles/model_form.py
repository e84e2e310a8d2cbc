"""The form of a Model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django import forms

from core.forms import ServiceForm
from profiles.deciders import decider_choices
from profiles.execution.catalogue import SETTINGS
from profiles.execution.form import execution_fields, execution_initial, execution_values
from profiles.fields import ParamsField, SymbolsField, decimal_field, text_area, whole_field
from profiles.models import MOST_WORDS, TradingModel
from profiles.presets import PRESETS, preset_fill
from profiles.services import MODEL_FIELDS
from profiles.vocabulary import TRADABLE, AllowedOrderType, TradingStyle


class TradingModelForm(ServiceForm):
    """Everything of a Model that a user may set."""

    name = forms.CharField(max_length=100)
    description = forms.CharField(max_length=MOST_WORDS, required=False, widget=text_area(2))
    trading_style = forms.ChoiceField(label="Style", choices=TradingStyle.choices)
    decider = forms.ChoiceField(label="Who decides", choices=decider_choices)
    decider_params = ParamsField(
        label="Its parameters",
        required=False,
        widget=text_area(2),
        help_text="One a line, such as fast = 10. What you leave out takes its default.",
    )
    ai_model = forms.CharField(
        label="AI model",
        max_length=200,
        required=False,
        help_text="For deciders that ask one: provider and name.",
    )
    model_parameters = ParamsField(
        label="AI parameters",
        required=False,
        widget=text_area(2),
        help_text="One a line, such as temperature = 0.2; over those of its endpoint.",
    )
    custom_rules = forms.CharField(
        label="Rules in words",
        max_length=MOST_WORDS,
        required=False,
        widget=text_area(4),
        help_text="Binding for the AI. What must hold whatever it answers belongs into limits.",
    )
    custom_instructions = forms.CharField(
        label="Instructions",
        max_length=MOST_WORDS,
        required=False,
        widget=text_area(4),
        help_text="Guidance for the AI.",
    )

    initial_cash = decimal_field("Initial cash, $", help_text="Every run starts from it.")
    instrument = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in TRADABLE], help_text="Only stocks can be traded so far."
    )
    allowed_symbols = SymbolsField(label="Symbols", required=False, help_text="Such as SPY, IBM. Empty: all.")
    margin_account = forms.BooleanField(
        required=False, help_text="4 times equity intraday, 2 times overnight."
    )
    allow_shorting = forms.BooleanField(
        label="Selling short", required=False, help_text="Needs a margin account."
    )
    allow_hedging = forms.BooleanField(label="Hedging", required=False)
    allow_options_strategies = forms.BooleanField(label="Options strategies", required=False)
    allowed_order_types = forms.MultipleChoiceField(
        label="Order types", choices=AllowedOrderType.choices, widget=forms.CheckboxSelectMultiple
    )

    max_position_size_dollars = decimal_field(
        "Largest position, $", required=False, help_text="Empty: no cap."
    )
    max_daily_loss_dollars = decimal_field(
        "Largest daily loss, $", required=False, help_text="Empty: no cap."
    )
    max_concurrent_runs = whole_field("Runs at a time")
    is_active = forms.BooleanField(
        label="Active", required=False, help_text="Only an active Model starts runs."
    )

    def __init__(self, *args: Any, model: TradingModel | None = None, **kwargs: Any) -> None:
        self.model = model or TradingModel(**PRESETS[TradingStyle.DAY_TRADING].fields())
        kwargs.setdefault("initial", self.initial_of(self.model))
        super().__init__(*args, **kwargs)
        self.fields.update(execution_fields())
        known = {value for value, _ in decider_choices()}
        if self.model.pk and self.model.decider not in known:
            # A decider that is gone: shown as it is, and refused in words when saved.
            self.fields["decider"].choices = [(self.model.decider, self.model.decider), *decider_choices()]  # type: ignore[attr-defined]  # a ChoiceField

    @staticmethod
    def initial_of(model: TradingModel) -> dict[str, Any]:
        own = {name: getattr(model, name) for name in MODEL_FIELDS}
        return {**own, **execution_initial(model.execution)}

    @classmethod
    def filled(cls, data: Mapping[str, Any], model: TradingModel | None = None) -> Self:
        """The form as typed, under the defaults of the style that was chosen; nothing is judged yet."""
        typed = cls(data, model=model).typed()
        style = typed["trading_style"]
        return cls(model=model, initial=preset_fill(typed, style) if style in PRESETS else typed)

    def values(self) -> dict[str, Any]:
        """Fields of a Model; of the execution settings only what differs from the standard ones is kept."""
        values = dict(self.cleaned_data)
        chosen = {setting.name: values.pop(setting.name) for setting in SETTINGS}
        return {**values, "execution": execution_values(chosen, self.model.execution)}

    def clean(self) -> dict[str, Any]:
        """Settings that are sound each by itself and not together are told beside the field, in its own unit."""
        cleaned = super().clean() or {}
        initial, maintenance = cleaned.get("initial_margin"), cleaned.get("maintenance_margin")
        if initial is not None and maintenance is not None and maintenance > initial:
            message = f"Maintenance margin should not exceed initial margin {initial} %, was {maintenance}."
            self.add_error("maintenance_margin", message)
        return cleaned
