"""Moments of an answer: exactly the one that was written, with the offset that makes it one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from agents.answers.codes import AnswerCode
from agents.answers.numbers import refuse

WANTED = 'should be a time with its UTC offset, like "2024-03-05T15:30:00-05:00"'


def moment(value: Any) -> datetime:
    """Read ISO 8601 text; a time of nowhere in particular is refused, and so is a number."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise refuse(AnswerCode.WRONG_SHAPE, WANTED, value) from None
    if found.tzinfo is None:
        raise refuse(AnswerCode.WRONG_SHAPE, WANTED, value)
    return found


Moment = Annotated[
    datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
