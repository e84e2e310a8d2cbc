"""The title of a conversation, made from its first exchange without asking anybody."""

from __future__ import annotations

import re

LONGEST = 60
MOST_TITLE = 120  # of one that a user gives
FEWEST_WORDS = 3  # a question with fewer says little: the answer then names the conversation
POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|evening|afternoon)|please|so|ok|okay|um|well)\b[\s,.!:–-]*"
    r"|(?:can|could|would) you (?:please )?(?:tell me |show me |explain )?"
    r"|(?:tell|show) me )+",
    re.IGNORECASE,
)
MARKS = re.compile(r"^[#>*\-\s]+|[*_`#|]+")


def title_made(question: str, answer: str = "") -> str:
    """At most 60 characters; from the answer's first line where the question says too little."""
    asked = " ".join(question.split())
    title = first_line(POLITE.sub("", asked) or asked)
    if len(title.split()) < FEWEST_WORDS and answer.strip():
        title = first_line(answer) or title
    return capital(shortened(title)) or "New conversation"


def first_line(text: str) -> str:
    lines = (re.sub(r"\s+", " ", MARKS.sub("", line)).strip() for line in text.splitlines())
    return next(filter(None, lines), "")


def shortened(text: str, most: int = LONGEST) -> str:
    """Cut between words, with a dash of dots where something is missing."""
    if len(text) <= most:
        return text.rstrip(" .,:;")
    cut = text[:most].rsplit(" ", 1)[0] if " " in text[:most] else text[: most - 1]
    return f"{cut.rstrip(' .,:;–-')}…"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
