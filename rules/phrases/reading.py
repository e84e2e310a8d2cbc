"""Sentences that traders say, read as rules without a language model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rules.phrases import entries, limits, timing
from rules.phrases.patterns import Params, Phrase, symbols

PHRASES: tuple[Phrase, ...] = (*limits.PHRASES, *timing.PHRASES, *entries.PHRASES)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was understood."""

    kind: str
    params: Params
    verb: str
    only: tuple[str, ...]
    without: tuple[str, ...]

    def values(self) -> dict[str, Any]:
        """The fields of a rule."""
        return {
            "kind": self.kind,
            "params": self.params,
            "verb": self.verb,
            "applies_to_symbols": list(self.only),
            "exclude_symbols": list(self.without),
        }


SYMBOL = r"[A-Z][A-Z0-9.-]{0,9}"
LIST = rf"({SYMBOL}(?:(?:, ?and |,? and |,? or |, ?| ?& ?){SYMBOL})*)"
ONLY_FOR = re.compile(rf"[, ]+(?:but )?(?:only )?(?:for|in|on|with) {LIST}$")
EXCEPT = re.compile(rf"[, ]+(?:but )?(?:except|excluding|without|not)(?: for| in)? {LIST}$")
RESIZE = re.compile(
    r"[,;]? (?:or|otherwise|else|and) ?(?:else )?(?:make it smaller|shrink(?: it| the order)?|resize(?: it)?|reduce(?: it)?)$"
)
COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(COUNTS)})\b")
POLITE = re.compile(r"^(?:please |rule: |i want to |i want |make sure (?:to |that )?|always )+")


def read(sentence: str) -> Said | None:
    """Read a sentence. None where it says something that no pattern knows, in part or as a whole."""
    whole = re.sub(r"\s+", " ", sentence).strip().rstrip(".!;")
    rest, without = cut(EXCEPT, whole)
    narrow, only = cut(ONLY_FOR, rest)
    ways = ((whole, (), ()), (rest, (), without), (narrow, only, without))
    return next((said for way in dict.fromkeys(ways) if (said := read_as(*way)) is not None), None)


def read_as(text: str, only: tuple[str, ...], without: tuple[str, ...]) -> Said | None:
    plain = normal(text)
    shorter = RESIZE.sub("", plain)
    for phrase in PHRASES:
        match = phrase.pattern.fullmatch(shorter)
        if match:
            verb = "resize" if shorter != plain else phrase.verb
            return Said(phrase.kind, phrase.build(match), verb, only, without)
    return None


def cut(pattern: re.Pattern[str], text: str) -> tuple[str, tuple[str, ...]]:
    """A sentence without the symbols that it is said of, and these."""
    match = pattern.search(text)
    return (text, ()) if match is None else (text[: match.start()], symbols(match[1]))


def normal(text: str) -> str:
    text = text.lower().replace("’", "'").replace("–", "-").replace("per cent", "%").replace("percent", "%")
    text = re.sub(r"\bdollars?\b", "usd", text)
    text = re.sub(r"(\d[\d,.]*) ?usd", r"$\1", text)
    text = NUMBER_WORDS.sub(lambda word: str(COUNTS.index(word[0]) + 2), text)
    return POLITE.sub("", text).strip()


def examples() -> list[str]:
    """One sentence of each way, for people who wonder what is understood."""
    return list(dict.fromkeys(phrase.example for phrase in PHRASES))
