"""Reading an answer strictly: all of it is understood, or none of it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from agents.answers.codes import AnswerCode, BadAnswer, Wrapping, storable
from agents.answers.contract import DecisionAnswer, OrderAnswer
from agents.answers.numbers import number_read
from trading.types import Action

MOST_CHARACTERS = 100_000
MOST_REASONING = 4_000
MOST_PROBLEMS = 5
THINKING = re.compile(r"\A<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
FENCE = re.compile(r"\A```[a-z]*\s*\n(.*)\n\s*```\Z", re.DOTALL)
CODES = frozenset(AnswerCode)


@dataclass(frozen=True, slots=True)
class Read:
    """An answer that was understood, and what stood around it."""

    answer: DecisionAnswer
    wrapping: tuple[Wrapping, ...] = ()


def decision_read(text: str, symbols: Collection[str]) -> Read:
    """Read the answer to a step; it may trade these symbols. Raises BadAnswer with one code and every problem found."""
    bare, wrapping = unwrap(text)
    try:
        answer = DecisionAnswer.model_validate(object_read(bare))
    except ValidationError as error:
        raise bad_shape(error) from None
    for index, order in enumerate(answer.orders):
        order_check(f"orders[{index}]", order, symbols)
    texts = {
        "reasoning": storable(answer.reasoning, MOST_REASONING),
        "plan": answer.plan and storable(answer.plan, MOST_REASONING),
    }
    return Read(answer.model_copy(update=texts), wrapping)


def thought_read(text: str) -> str:
    """Read a plan, an analysis or a reflection, which are words. Raises BadAnswer when there are none."""
    return storable(unwrap(text)[0], MOST_REASONING)


def unwrap(text: str) -> tuple[str, tuple[Wrapping, ...]]:
    """Take off a block of thinking before the whole answer and a fence around it, and nothing else."""
    if len(text) > MOST_CHARACTERS:
        raise BadAnswer(
            AnswerCode.OVERLONG,
            f"The answer should have at most {MOST_CHARACTERS:,} characters, had {len(text):,}.",
        )
    wrapping = []
    bare = THINKING.sub("", text.strip()).strip()
    if bare != text.strip():
        wrapping.append(Wrapping.THINKING)
    fenced = FENCE.match(bare)
    if fenced and "```" not in fenced[1]:
        wrapping.append(Wrapping.FENCE)
        bare = fenced[1].strip()
    if not bare:
        raise BadAnswer(AnswerCode.EMPTY, "The answer was empty.")
    return bare, tuple(wrapping)


def object_read(text: str) -> dict[str, Any]:
    if text[0] not in "{[":
        raise BadAnswer(
            AnswerCode.PROSE,
            f"The answer should be one JSON object and nothing else, begins with {text[:40]!r}.",
        )
    try:
        found = json.loads(
            text,
            parse_int=number_read,
            parse_float=number_read,
            parse_constant=Decimal,
            object_pairs_hook=without_twins,
        )
    except (ValueError, RecursionError) as error:
        raise BadAnswer(
            AnswerCode.BAD_JSON, f"The answer should be one JSON object and nothing else: {error}."
        ) from None
    if not isinstance(found, dict):
        raise BadAnswer(AnswerCode.WRONG_SHAPE, "The answer should be a JSON object, is a list.")
    return found


def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twin}" stands twice in one object')
    return found


def bad_shape(error: ValidationError) -> BadAnswer:
    """One code, of the first problem; in the message all of them."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kind = problems[0]["type"]
    code = AnswerCode(kind) if kind in CODES else AnswerCode.WRONG_SHAPE
    texts = [f"{place_of(problem['loc'])}: {problem['msg']}" for problem in problems[:MOST_PROBLEMS]]
    return BadAnswer(code, "; ".join(texts) + ".")


def place_of(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.lstrip(".") or "answer"


def order_check(place: str, order: OrderAnswer, symbols: Collection[str]) -> None:
    """Raises BadAnswer for another symbol than these, and for no size or two."""
    if order.symbol not in symbols:
        wanted = ", ".join(symbols)
        raise BadAnswer(
            AnswerCode.WRONG_SYMBOL, f"{place}.symbol: should be one of {wanted}, was {order.symbol[:40]!r}."
        )
    sizes = [size for size in (order.quantity, order.equity_percent) if size is not None]
    if len(sizes) != 1 and not (order.action is Action.CLOSE and not sizes):
        found = "both" if sizes else "neither"
        raise BadAnswer(
            AnswerCode.WRONG_SHAPE, f"{place}: should have a quantity or an equity_percent, has {found}."
        )
