"""What the parameters of a rule are made of."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)


class RuleParams(BaseModel):
    """What a user sets. Every field has its unit in its name, bounds, a description and examples; none is a float."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_as_number(cls, value: object, info: ValidationInfo) -> object:
        # True would pass for 1 otherwise.
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation is not bool:
            raise ValueError(f"Should not be true or false, was {str(value).lower()}")
        return value


def _clock(value: object) -> time:
    found = value
    if isinstance(found, str):
        try:
            found = time.fromisoformat(found.strip())
        except ValueError:
            found = None
    if not isinstance(found, time) or found.tzinfo or found.second or found.microsecond:
        raise ValueError(f"Should be a time of the exchange's day such as 09:35, was {value!r:.20}")
    return found


def _symbols(values: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value.strip().upper() for value in values))
    if not all(found):
        raise ValueError("Symbols should have at least one character")
    return found


ClockTime = Annotated[time, BeforeValidator(_clock), PlainSerializer(lambda value: f"{value:%H:%M}", str)]
Symbols = Annotated[tuple[str, ...], AfterValidator(_symbols), Field(min_length=1)]
