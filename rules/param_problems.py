"""What is wrong with the parameters of a rule, field by field, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
WHOLE = "params"  # what stands for several parameters together

_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda about: f"Should be above {about['gt']}",
    "greater_than_equal": lambda about: f"Should be at least {about['ge']}",
    "less_than": lambda about: f"Should be below {about['lt']}",
    "less_than_equal": lambda about: f"Should be at most {about['le']}",
    "literal_error": lambda about: f"Should be {about['expected']}",
    "enum": lambda about: f"Should be {about['expected']}",
    "finite_number": lambda about: "Should be a number",
    "string_too_long": lambda about: f"Should have at most {about['max_length']} characters",
    "too_short": lambda about: f"Should name at least {about['min_length']}",
    "too_long": lambda about: f"Should name at most {about['max_length']}",
}
_KINDS_OF_VALUE = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "time": "a time such as 09:35",
    "date": "a day such as 2026-03-10",
    "list": "a list",
    "tuple": "a list",
    "frozenset": "a list",
    "set": "a list",
    "string": "text",
}


def params_read(params_type: type[BaseModel], values: Any) -> tuple[BaseModel | None, dict[str, str]]:
    """The parameters, or else None and what is wrong with each; "params" for what is wrong with them together."""
    if not isinstance(values, Mapping):
        return None, {WHOLE: f"Parameters should be an object such as {{}}, found {found(values)}."}
    try:
        return params_type.model_validate(dict(values)), {}
    except ValidationError as error:
        problems: dict[str, str] = {}
        for item in error.errors():
            problems.setdefault(str(item["loc"][0]) if item["loc"] else WHOLE, sentence(item, params_type))
        return None, problems


def sentence(item: Mapping[str, Any], params_type: type[BaseModel]) -> str:
    kind, about = item["type"], item.get("ctx", {})
    if kind == "missing":
        return "This is missing."
    if kind == "extra_forbidden":
        known = ", ".join(params_type.model_fields) or "none"
        return f"There is no parameter {item['loc'][0]}; there are: {known}."
    if kind in ("value_error", "assertion_error"):
        return upper_first(f"{str(about.get('error', item['msg'])).rstrip('.')}.")
    wanted = _WORDS[kind](about) if kind in _WORDS else f"Should be {kind_of_value(kind, item['msg'])}"
    return f"{wanted}, was {found(item['input'])}."


def kind_of_value(code: str, message: str) -> str:
    """What was expected, from codes such as time_parsing, decimal_type and int_from_float."""
    return _KINDS_OF_VALUE.get(code.partition("_")[0]) or f"valid ({message.lower()})"


def found(value: Any) -> str:
    if value is None:
        return "empty"
    # A form types numbers as text, a program sends them as numbers: both are told the same.
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return f"{value!r:.60}"
    return f"{value}"[:60]


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
