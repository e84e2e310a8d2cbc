"""Numbers of an answer: exactly the number that was written, or a refusal with its own code."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from agents.answers.codes import AnswerCode, storable

MOST_SHARES = Decimal(1_000_000_000)
MOST_DOLLARS = Decimal(10_000_000)
BEYOND = Decimal("1E+30")  # stands for a number that is too large to be held


def number_read(text: str) -> Decimal:
    """A JSON number, exactly as it is spelled."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return BEYOND


def refuse(code: AnswerCode, wanted: str, found: Any) -> PydanticCustomError:
    shown = storable(f"{found!s:.60}", 60)
    return PydanticCustomError(code.value, "{wanted}, was {found}", {"wanted": wanted, "found": shown})


def finite(value: Any) -> Decimal:
    """Let a JSON number pass and nothing that merely looks like one."""
    if isinstance(value, str):
        raise refuse(code_of_text(value), "should be a bare JSON number", f'the text "{value}"')
    if not isinstance(value, Decimal):
        raise refuse(AnswerCode.WRONG_SHAPE, "should be a number", value)
    if not value.is_finite():
        raise refuse(AnswerCode.NOT_A_NUMBER, "should be a number", value)
    return value


def code_of_text(text: str) -> AnswerCode:
    if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return AnswerCode.NOT_A_NUMBER
    if any(sign in text for sign in "$€£"):
        return AnswerCode.MONEY_FOR_NUMBER
    return AnswerCode.NUMBER_IN_WORDS if any(map(str.isdigit, text)) else AnswerCode.WRONG_SHAPE


def within(value: Any, most: Decimal, wanted: str) -> Decimal:
    number = finite(value)
    if number <= 0:
        raise refuse(AnswerCode.NOT_POSITIVE, f"{wanted} above 0", number)
    if number > most:
        raise refuse(AnswerCode.HUGE, f"{wanted} of at most {most:,f}", number)
    return number


def shares(value: Any) -> int:
    number = within(value, MOST_SHARES, "should be a whole number of shares")
    if number != number.to_integral_value():
        raise refuse(AnswerCode.NOT_WHOLE, "should be a whole number of shares", number)
    return int(number)


def price(value: Any) -> Decimal:
    return within(value, MOST_DOLLARS, "should be an amount in dollars")


def percent(value: Any) -> Decimal:
    return within(value, Decimal(100), "should be a percentage")


def order_number(value: Any) -> int:
    number = within(value, Decimal(2**31), "should be the number of a working order")
    if number != number.to_integral_value():
        raise refuse(AnswerCode.WRONG_SHAPE, "should be the number of a working order", number)
    return int(number)


def confidence(value: Any) -> float:
    number = finite(value)
    if not 0 <= number <= 1:
        raise refuse(AnswerCode.WRONG_SHAPE, "should be between 0 and 1", number)
    return float(number)


Shares = Annotated[int, BeforeValidator(shares), WithJsonSchema({"type": "integer"})]
OrderNumber = Annotated[int, BeforeValidator(order_number), WithJsonSchema({"type": "integer"})]
Price = Annotated[Decimal, BeforeValidator(price), WithJsonSchema({"type": "number"})]
Percent = Annotated[Decimal, BeforeValidator(percent), WithJsonSchema({"type": "number"})]
Confidence = Annotated[float, BeforeValidator(confidence), WithJsonSchema({"type": "number"})]
