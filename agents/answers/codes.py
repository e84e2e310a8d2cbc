"""Why an answer can't be used: one code each, kept with the step."""

from __future__ import annotations

import re
from enum import StrEnum


class AnswerCode(StrEnum):
    EMPTY = "empty"
    OVERLONG = "overlong"
    PROSE = "prose"  # words around or instead of the JSON object
    BAD_JSON = "bad_json"
    WRONG_SHAPE = "wrong_shape"  # JSON, but not of the form that was asked for
    WRONG_SYMBOL = "wrong_symbol"
    NUMBER_IN_WORDS = "number_in_words"  # "1,000", "10 shares", "10"
    MONEY_FOR_NUMBER = "money_for_number"  # "$2,000 worth"
    NOT_A_NUMBER = "not_a_number"  # NaN, Infinity
    NOT_POSITIVE = "not_positive"
    NOT_WHOLE = "not_whole"
    HUGE = "huge"


class Wrapping(StrEnum):
    """What stood around a whole answer and was taken off, because nothing of the answer depends on it."""

    FENCE = "fenced"
    THINKING = "thinking_block"


MOST_MESSAGE = 1_000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL's text holds neither


def storable(text: str, most: int) -> str:
    """Text that a table can hold, cut where it is too long to be read."""
    return UNSTORABLE.sub("\ufffd", text).strip()[:most]


class BadAnswer(Exception):
    """An answer that can't be used. The message says what was found and what is wanted, for the model to read."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = storable(message, MOST_MESSAGE)  # it may quote what no table can hold
        super().__init__(self.message)
