"""What can trade a Model. The deciders live above, in `agents`, and are made known here when it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.errors import UserError


class DeciderKind(Protocol):
    """A decider as far as a Model's form needs to know it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def params_type(self) -> type[BaseModel]: ...

    def check(self, values: dict[str, Any], /) -> object:
        """Raises UserError for parameters that it can't use."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A decider as it is explained to whoever chooses one: each parameter with its default and meaning."""

    name: str
    title: str
    description: str
    parameters: dict[str, str]


_kinds: dict[str, DeciderKind] = {}


def register(kind: DeciderKind) -> None:
    _kinds[kind.name] = kind


def decider_guides() -> list[Guide]:
    return [Guide(kind.name, kind.title, kind.description, parameters(kind)) for kind in _kinds.values()]


def parameters(kind: DeciderKind) -> dict[str, str]:
    fields = kind.params_type.model_fields
    return {
        name: f"{field.description or ''}, default {default_of(field)}".lstrip(", ")
        for name, field in fields.items()
        if not isinstance(field.json_schema_extra, dict) or not field.json_schema_extra.get("is_hidden")
    }


def default_of(field: FieldInfo) -> str:
    return "none" if field.default in (None, PydanticUndefined) else str(field.default)


def decider_choices() -> list[tuple[str, str]]:
    """Names and titles, for forms."""
    return [(kind.name, kind.title) for kind in _kinds.values()]


def decider_title(name: str) -> str:
    """Its title; the bare name for one that is gone."""
    return _kinds[name].title if name in _kinds else name


def parameter_label(name: str, field: FieldInfo | None) -> str:
    """What a form and every list of settings calls a parameter."""
    told = field.json_schema_extra if field else None
    usual = name.replace("_", " ").capitalize()
    return str(told.get("label", usual)) if isinstance(told, dict) else usual


def decider_settings(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters by what people call them; those of a decider that is gone by their bare names."""
    fields = _kinds[name].params_type.model_fields if name in _kinds else {}
    return {parameter_label(key, fields.get(key)): value for key, value in params.items()}


def decider_check(name: str, params: dict[str, Any]) -> None:
    """Raises UserError for an unknown decider or for parameters it can't use."""
    if name not in _kinds:
        message = f"Decider should be one of {', '.join(_kinds)}, was {name!r}."
        raise UserError(message, fields={"decider": message})
    try:
        _kinds[name].check(params)
    except UserError as error:
        raise UserError(error.message, fields={"decider_params": error.message}) from None
