"""What is to be different, as the page of a run asks for it; the address of the page holds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from agents.whatif.costs import FEE_AMOUNTS, SLIPPAGE_AMOUNTS, costs_read
from agents.whatif.terms import EVERY_RULE, GATE, RULE, Terms
from core.errors import UserError
from profiles.execution.catalogue import BY_NAME
from profiles.execution.kinds import Choice

AS_BEFORE = [("", "As it was")]


def options_of(name: str) -> list[tuple[str, str]]:
    setting = BY_NAME[name]
    assert isinstance(setting, Choice)
    return AS_BEFORE + [(option.value, label) for option, label in setting.options.items()]


class WhatIfForm(forms.Form):
    """Rules and gates to leave out, other fees, slippage and delay; nothing given is the run as it was."""

    without = forms.MultipleChoiceField(
        label="Leave out", required=False, widget=forms.CheckboxSelectMultiple
    )
    fees = forms.ChoiceField(choices=lambda: options_of("fees"), required=False)
    fee_amount = forms.DecimalField(
        label="Fee", required=False, help_text="USD per share or order, or basis points"
    )
    slippage = forms.ChoiceField(choices=lambda: options_of("slippage"), required=False)
    slippage_amount = forms.DecimalField(
        label="How much", required=False, help_text="basis points, or impact"
    )
    delay = forms.IntegerField(
        label="Decision delay, seconds", required=False, help_text="from the bar seen to the order"
    )

    def __init__(self, rules: Iterable[str], gates: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(rules)
        every = [(EVERY_RULE, "Every rule")] if len(names) > 1 else []
        chosen = [(f"{RULE}{name}", f"Rule: {name}") for name in names]
        chosen += [(f"{GATE}{name}", f"Gate: {name}") for name in gates]
        self.fields["without"].choices = every + chosen  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        try:
            self.terms = Terms(
                tuple(found.get("without", ())),
                execution=costs_read(
                    fees=spelled(found, "fees", "fee_amount", FEE_AMOUNTS),
                    slippage=spelled(found, "slippage", "slippage_amount", SLIPPAGE_AMOUNTS),
                    delay=found.get("delay"),
                ),
            )
        except UserError as error:
            self.add_error(None, error.message)
        return found

    @property
    def is_asked(self) -> bool:
        """Whether anything is to be different."""
        return self.is_bound and any(self.data.get(name) for name in self.fields)


def spelled(found: dict[str, Any], name: str, amount: str, amounts: dict[str, str]) -> str:
    """A convention with its amount, as `costs_read` wants it; an amount that the convention has none for is left."""
    chosen, size = found.get(name, ""), found.get(amount)
    return f"{chosen}:{size}" if chosen in amounts and size is not None else str(chosen)
