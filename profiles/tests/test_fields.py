from __future__ import annotations

from typing import Any

import pytest
from django import forms

from profiles.fields import ListField, ParamsField, SymbolsField


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("spy, ibm", ["SPY", "IBM"]),
        ("SPY IBM\nAIG;BAC", ["SPY", "IBM", "AIG", "BAC"]),
        ("", []),
        (" , ;\n", []),
    ],
)
def test_symbols_are_read_however_they_are_separated(text: str, symbols: list[str]) -> None:
    assert SymbolsField(required=False).clean(text) == symbols


def test_names_may_contain_blanks() -> None:
    assert ListField(required=False).clean("Health Care, Energy") == ["Health Care", "Energy"]
    with pytest.raises(forms.ValidationError, match="required"):
        ListField().clean(" , ")


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("fast = 10\nslow=30", {"fast": 10, "slow": 30}),
        ("rate = 0.5\n\n on = true\nnothing = null", {"rate": 0.5, "on": True, "nothing": None}),
        ("name = gpt-5 mini", {"name": "gpt-5 mini"}),
        ('code = "10"', {"code": "10"}),
        ("formula = a = b", {"formula": "a = b"}),
        ("list = [1, 2]", {"list": [1, 2]}),
        ("", {}),
    ],
)
def test_parameters_are_read_and_written_line_by_line(text: str, params: dict[str, Any]) -> None:
    field = ParamsField(required=False)
    assert field.clean(text) == params
    assert field.clean(field.prepare_value(params)) == params, "what the form shows reads back the same"


@pytest.mark.parametrize("text", ["fast", "= 10", "fast =", "fast: 10"])
def test_a_line_that_is_no_parameter_is_quoted(text: str) -> None:
    with pytest.raises(forms.ValidationError, match=f"found “{text}”"):
        ParamsField().clean(text)
