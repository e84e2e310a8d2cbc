"""How tradelab works, from the pages that ship with it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.conf import settings
from pydantic import Field

from agents.tools.base import Arguments, Asking, Tool
from agents.tools.payload import Fact, Payload, Row, Unit, table_of

FOLDER = settings.BASE_DIR / "docs"
LONGEST = 3_000  # characters of a section
HEADING = re.compile(r"^#{1,3} +(.+)$", re.MULTILINE)
WORD = re.compile(r"[a-z][a-z_]+|\d+")
HEADING_WEIGHT = 3
# They explain the code, not what it does for a user.
FOR_BUILDERS = frozenset({"architecture", "pages", "rule-kinds"})
SMALL_TALK = "a about an and are can do does explain for how i in is it me my of on or tell the to what why"


class ExplainFeature(Arguments):
    about: str = Field(description="What to explain, in a few words.", min_length=2, max_length=200)
    limit: int = Field(3, ge=1, le=8)


class Section(NamedTuple):
    """A passage under one heading of a page."""

    page: str
    title: str
    text: str
    words: Counter[str]


def explain_feature(asking: Asking, wanted: ExplainFeature) -> Payload:
    found = sections_about(wanted.about)[: wanted.limit]
    columns = [(name, name.capitalize(), Unit.TEXT) for name in ("page", "section", "text")]
    rows = [Row(values=[section.page, section.title, section.text[:LONGEST]]) for section in found]
    return Payload(
        title=f"From the documentation: {wanted.about}",
        facts=[Fact(key="sections", label="Sections", value=len(found), unit=Unit.COUNT)],
        tables=[table_of("Passages", columns, rows)],
        notes=[] if found else ["No page says anything about this."],
    )


def sections_about(question: str) -> list[Section]:
    """Passages that share words with the question, the rarer the words the better."""
    asked = set(words_of(question)) - set(SMALL_TALK.split())
    rarity = rarities()
    scored = [(score(asked, section, rarity), section) for section in sections()]
    best = sorted(
        (item for item in scored if item[0] > 0), key=lambda item: (-item[0], item[1].page, item[1].title)
    )
    return [section for _, section in best]


def score(asked: set[str], section: Section, rarity: Counter[str]) -> float:
    count = len(sections())
    total = sum(
        math.log1p(section.words[word]) * math.log((count + 1) / rarity[word])
        for word in asked
        if section.words[word]
    )
    return total / math.sqrt(1 + math.log1p(sum(section.words.values())))


@cache
def rarities() -> Counter[str]:
    """In how many sections each word stands."""
    return Counter(word for section in sections() for word in section.words)


@cache
def sections() -> Sequence[Section]:
    """Every passage of the pages for users."""
    pages = [path for path in sorted(FOLDER.glob("*.md")) if path.stem not in FOR_BUILDERS]
    return [section for path in pages for section in split(path.stem, path.read_text(encoding="utf-8"))]


def split(page: str, text: str) -> list[Section]:
    ends = [match.start() for match in HEADING.finditer(text)] + [len(text)]
    found = []
    for match, end in zip(HEADING.finditer(text), ends[1:], strict=True):
        title, body = match[1].strip(), text[match.end() : end].strip()
        if body:
            words = Counter(words_of(body)) + Counter(words_of(title) * HEADING_WEIGHT)
            found.append(Section(page, title, body, words))
    return found


def words_of(text: str) -> list[str]:
    """Words in lower case, plurals as their singular."""
    found = WORD.findall(text.lower())
    return [
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in found
    ]


TOOL = Tool(
    "explain_feature",
    "How tradelab works (fills, fees, gates, rules, runs, pages): passages of its documentation that fit the question.",
    ExplainFeature,
    explain_feature,
)
