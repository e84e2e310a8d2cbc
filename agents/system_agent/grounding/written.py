"""Numbers written as words, where they claim something that a tool could have said: "twelve trades", "two thirds of them".

Only what is followed by what it counts is looked at. "One", "the two" and "the first three" point at things more often
than they count them, and "doubled" may be said of an order: they are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

SMALL_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen"
)
TENS_WORDS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
DIGITS = "two|three|four|five|six|seven|eight|nine"
VALUES = {"a": 1, "one": 1} | {word: value for value, word in enumerate(SMALL_WORDS.split("|"), 2)}
VALUES |= {word: 10 * value for value, word in enumerate(TENS_WORDS.split("|"), 2)}
TIMES = {"dozen": 12, "hundred": 100}
PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
GAP = r"[ \u00a0-]"
BELOW_HUNDRED = rf"(?:(?:{TENS_WORDS})(?:{GAP}(?:one|{DIGITS}))?|{SMALL_WORDS})"
CARDINAL = rf"(?:(?:an?|one|{DIGITS})[ ](?:hundred(?:[ ](?:and[ ])?{BELOW_HUNDRED})?|dozen)|{BELOW_HUNDRED})"
LOOKS = (
    r"(?:losing|winning|profitable|unprofitable|closed|completed|opening|closing|denied|rejected|failed|filled|cancelled|"
    r"canceled|skipped|missing|consecutive|straight|successive|separate|different|market|limit|stop|buy|sell|long|"
    r"short|round|trading|more)"
)
COUNTED = (
    r"(?:trades|trips|orders|fills|denials|decisions|steps|bars|shares|wins|losses|winners|losers|positions|sessions|"
    r"entries|exits|buys|sells)\b"
)
SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
WRITTEN = re.compile(
    rf"\b(?P<cardinal>{CARDINAL})(?P<half>[ ]and[ ]a[ ]half)?"
    rf"(?:(?P<percent>{GAP}(?:percent(?:age[ ]points?)?|per[ ]cent|pct)\b)|(?P<basis>{GAP}(?:basis[ ]points|bps)\b)"
    rf"|(?P<dollars>{GAP}dollars\b)|(?P<cents>{GAP}cents\b)|{GAP}(?P<time>{'|'.join(SECONDS)})s?\b"
    rf"|(?=(?:[ ](?:out[ ])?of(?:[ ](?:the|your|its|these|those|all))?(?:[ ](?:\d+|{CARDINAL}))?)?(?:{GAP}{LOOKS}){{0,2}}{GAP}{COUNTED}))",
    re.IGNORECASE,
)
FRACTION = re.compile(
    rf"\b(?:(?P<top>an?|one|{DIGITS}){GAP})?(?P<part>{'|'.join(PARTS)})s?"
    r"(?=[ ](?:of[ ](?:the|your|its|his|her|their|all|these|those|them|it)\b|(?:the|your|its|all)\b)"
    r"(?![ ]\w*[ ]?(?:time|day|days|week|month|year|hour|session|morning|afternoon|way|bar)\b))",
    re.IGNORECASE,
)
# They point at some of many, or leave open how many.
POINTING = re.compile(
    r"\b(?:first|last|next|other|others|another|previous|these|those|any|every|either|best|worst|second|latter|the[ ]two"
    r"|more[ ]than|less[ ]than|fewer[ ]than|at[ ]least|at[ ]most|over|under|above|below|up[ ]to|thousand(?:[ ]and)?)[ ]*$",
    re.IGNORECASE,
)
GRAIN_OF_FRACTION = Decimal(5)  # percent: "three quarters" is said of 73 % and of 77 %


class Written(NamedTuple):
    """A number in words by its place: `unit` is "", "%", "$" or "s", in which value and grain are given."""

    start: int
    end: int
    unit: str
    value: Decimal
    grain: Decimal


def words_of(text: str) -> Iterator[Written]:
    """Every number in words that counts something."""
    for match in WRITTEN.finditer(text):
        if not points(text, match):
            yield counted(match)
    for match in FRACTION.finditer(text):
        if not points(text, match) and (share := share_of(match)) is not None:
            yield Written(match.start(), match.end(), "%", share, GRAIN_OF_FRACTION)


def points(text: str, match: re.Match[str]) -> bool:
    """Whether the words before a number, or with it, only point."""
    before = text[max(0, match.start() - 14) : match.start()]
    return POINTING.search(before) is not None or (
        match[0].lower() == "two" and before.lower().endswith("the ")
    )


def counted(match: re.Match[str]) -> Written:
    value = cardinal_of(match["cardinal"]) + (Decimal("0.5") if match["half"] else 0)
    unit, each = "", Decimal(1)
    if match["percent"] or match["basis"]:
        unit, each = "%", Decimal(1) if match["percent"] else Decimal("0.01")
    elif match["dollars"] or match["cents"]:
        unit, each = "$", Decimal(1) if match["dollars"] else Decimal("0.01")
    elif match["time"]:
        unit, each = "s", Decimal(SECONDS[match["time"].lower()])
    grain = each / 10 if match["half"] else each
    return Written(match.start(), match.end(), unit, value * each, grain)


def cardinal_of(words: str) -> Decimal:
    """The value of "twelve", "twenty-three", "a dozen", "two hundred and five"."""
    total = 0
    for word in re.split(GAP, words.lower()):
        total = total * TIMES[word] if word in TIMES else total + VALUES.get(word, 0)
    return Decimal(total)


def share_of(match: re.Match[str]) -> Decimal | None:
    """A fraction in percent; None for what is none, such as "four thirds" or a "third" alone."""
    top, part = (match["top"] or "").lower(), match["part"].lower()
    if not top and part != "half":
        return None
    above, below = VALUES.get(top, 1), PARTS[part]
    return Decimal(100 * above) / below if above < below else None
