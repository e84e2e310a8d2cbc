"""What a tool is: a name, typed arguments, and a function that reads as the asking user and returns what it found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from django.contrib.auth.models import User
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.tools.payload import Payload

LARGEST_ID = 2**31 - 1
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Arguments(BaseModel):
    """Strict: unknown names, numbers as text and control characters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _no_control_characters(cls, values: Any) -> Any:
        if any(CONTROL.search(text) for text in texts_in(values)):
            raise ValueError("Texts should have no control characters")
        return values


class ModelArguments(Arguments):
    """Which Model; without a number the one that the conversation is about."""

    model_id: Id | None = Field(None, description="Id of the Model. Leave out for this conversation's.")


class RunArguments(ModelArguments):
    """Which run: by id, or by its number within a Model; without both the one that the conversation is about, else the
    newest run that has begun."""

    run_id: Id | None = Field(None, description="Id of the run. Leave out for this conversation's run.")
    run_number: Id | None = Field(None, description="Its number within the Model, as in “run 3”.")


@dataclass(frozen=True)
class Asking:
    """Who asks, and what the conversation is about."""

    user: User
    model_id: int | None = None
    run_id: int | None = None


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Tool(Generic[A]):
    """One tool. The description is read by language models and by readers of the API."""

    name: str
    description: str
    arguments: type[A]
    find: Callable[[Asking, A], Payload]
    seconds: int = 10  # a statement may take; see agents.tools.use

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments, without titles that say nothing."""
        return dict(untitled(self.arguments.model_json_schema()))


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value as JSON has it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def untitled(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            name: untitled(part)
            for name, part in schema.items()
            if not (name == "title" and isinstance(part, str))
        }
    return [untitled(part) for part in schema] if isinstance(schema, list) else schema
