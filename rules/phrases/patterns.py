"""What traders say, as patterns: each sentence is understood whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Params = dict[str, Any]
Build = Callable[[re.Match[str]], Params]

# What patterns are made of.
PIECES = {
    "MOST": r"(?:max(?:imum)?(?: of)?|at most|no more than|not more than|never more than|up to|less than|below|under|only)",
    "LEAST": r"(?:at least|min(?:imum)?(?: of)?|no less than|not less than|more than|above|over)",
    "N": r"(\d+(?:,\d{3})*(?:\.\d+)?)",
    "PCT": r"(\d+(?:\.\d+)?) ?%",
    "USD": r"\$ ?(\d+(?:,\d{3})*(?:\.\d+)?)",
    "TIME": r"(\d{1,2}(?::\d{2})? ?(?:am|pm)?)",
    "SPAN": r"(\d+|a|an|one|half an) ?(minutes?|mins?|hours?|h)",
    "LONG": r"(\d+|a|one) ?(days?|weeks?)",
    "SYMS": r"([a-z][a-z0-9.-]*(?:(?:, ?and |,? and |,? or |, ?| ?& ?)[a-z][a-z0-9.-]*)*)",
    "DAYS": r"((?:(?:mon|tues|wednes|thurs|fri)days?)(?:(?:, ?and |,? and |,? or |, ?)(?:mon|tues|wednes|thurs|fri)days?)*)",
    "POS": r"(?:one |a |any |each |every |per |a single |any one )*(?:position|symbol|stock|share|ticker|name|trade)",
    "NEVER": r"(?:never|don't|do not|no|not)",
    "OPEN": r"(?:trades?|trading|buy|buying|open|opening|enter|entering|entries|new positions?|new trades?|orders?|opening anything|open anything|buy anything)",
    "HOLD": r"(?:hold|keep|have|stay in)",
    "LOSE": r"(?:lose|losing|loss(?: of)?|down|i'm down|i am down|i lose|losses? (?:reach|exceed|of))",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way of saying a rule. `example` is shown to people, and a test reads it."""

    example: str
    kind: str
    pattern: re.Pattern[str]
    build: Build
    verb: str = ""


def say(kind: str, example: str, *patterns: str, verb: str = "", **params: Any) -> list[Phrase]:
    """Ways of saying a kind of rule. A parameter is a value, or a function of the match."""
    return [Phrase(example, kind, compiled(pattern), builder(params), verb) for pattern in patterns]


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<(\w+)>", lambda place: PIECES[place[1]], pattern))


def builder(params: Mapping[str, Any]) -> Build:
    def build(match: re.Match[str]) -> Params:
        return {name: value(match) if callable(value) else value for name, value in params.items()}

    return build


def symbols(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.upper() for part in re.split(r",? and |,? or |, ?| ?& ?", text) if part))


def number(group: int = 1) -> Callable[[re.Match[str]], str]:
    return lambda match: match[group].replace(",", "")


def clock(group: int = 1) -> Callable[[re.Match[str]], str]:
    return lambda match: clock_of(match[group])


def clock_of(text: str) -> str:
    """ "9:35", "2pm", "12" as a time of the exchange's day: hours before seven are afternoon's."""
    match = re.fullmatch(r"(\d{1,2})(?::(\d{2}))? ?(am|pm)?", text.strip())
    assert match is not None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if (half == "pm" and hour < 12) or (not half and 1 <= hour < 7):
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return f"{hour:02}:{minute:02}"


def minutes(group: int = 1) -> Callable[[re.Match[str]], int]:
    """Of a span such as "5 minutes", "half an hour", "2 days"; its count and unit are two groups."""
    return lambda match: minutes_of(match[group], match[group + 1])


def minutes_of(count: str, unit: str) -> int:
    size = {"m": 1, "h": 60, "d": 1440, "w": 10_080}[unit[0]]
    if count == "half an":
        return size // 2
    return size * (1 if count in ("a", "an", "one") else int(count))


def days(group: int = 1) -> Callable[[re.Match[str]], int]:
    return lambda match: minutes_of(match[group], match[group + 1]) // 1440


def after_open(group: int = 1) -> Callable[[re.Match[str]], str]:
    return lambda match: shifted(9 * 60 + 30, minutes_of(match[group], match[group + 1]))


def before_close(group: int = 1) -> Callable[[re.Match[str]], str]:
    return lambda match: shifted(16 * 60, -minutes_of(match[group], match[group + 1]))


def shifted(minute: int, by: int) -> str:
    return f"{(minute + by) // 60 % 24:02}:{(minute + by) % 60:02}"


def named(group: int = 1) -> Callable[[re.Match[str]], list[str]]:
    return lambda match: list(symbols(match[group]))


def entries(match: re.Match[str]) -> str:
    """Which entries a condition is about: who says "buy" means longs."""
    if re.search(r"\b(?:buy|long)\b", match[0]):
        return "long"
    return "short" if re.search(r"\bshort\b", match[0]) else "both"


WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


def weekdays(match: re.Match[str]) -> list[str]:
    return [day for day in WEEK if day in match[1]]


def other_weekdays(match: re.Match[str]) -> list[str]:
    return [day for day in WEEK if day not in match[1]]
