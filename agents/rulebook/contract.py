"""What a language model is asked to make of a sentence."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from rules.kinds import KINDS

MOST_VALUES = 50
LISTS = (list, tuple, frozenset, set)


class Parameter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    value: str


class RuleAnswer(BaseModel):
    """A rule, or why the sentence can't be one."""

    model_config = ConfigDict(extra="forbid")

    can_be_enforced: bool
    reason: str
    kind: str
    parameters: list[Parameter]
    verb: str
    only_symbols: list[str]
    not_symbols: list[str]
    note: str

    def values(self) -> dict[str, Any]:
        """The fields of a rule, for the service to judge."""
        return {
            "kind": self.kind.strip(),
            "params": self.params(),
            "verb": self.verb.strip(),
            "applies_to_symbols": self.only_symbols[:MOST_VALUES],
            "exclude_symbols": self.not_symbols[:MOST_VALUES],
        }

    def params(self) -> dict[str, Any]:
        kind = KINDS.get(self.kind.strip())
        fields = kind.params.model_fields if kind else {}
        return {
            parameter.name.strip(): value_of(parameter.value, fields.get(parameter.name.strip()))
            for parameter in self.parameters[:MOST_VALUES]
        }


def value_of(text: str, about: Any) -> Any:
    """A value as text; several where the parameter is a list."""
    if about is not None and is_list(about.annotation):
        return [part.strip() for part in text.strip("[]() ").split(",") if part.strip()]
    return text.strip()


def is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return any(is_list(part) for part in get_args(annotation))
    if origin is Annotated:
        return is_list(get_args(annotation)[0])
    return origin in LISTS
