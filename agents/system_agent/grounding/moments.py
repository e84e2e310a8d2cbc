"""Dates and times of day as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}(?:,?\s+(?P<year>\d{{4}}))?\b"
    ),
    re.compile(rf"\b{MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<year>\d{{4}})\b)?"),
    re.compile(r"(?<![\d/])(?P<number>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?![\d/])"),
)
CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?!\d|:\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?<![\d:.])(?P<hour2>\d{1,2})\s?(?P<half2>[ap])\.?m\b\.?",
    re.IGNORECASE,
)

YearMonthDay = tuple[int | None, int, int]


def date_of(text: str) -> Iterator[tuple[int, int, YearMonthDay]]:
    """Every date with its place; the year is None where it isn't written."""
    for pattern in DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = MONTHS.index(parts["month"][:3]) + 1 if parts.get("month") else int(parts["number"])
            day = int(parts["day"])
            if 1 <= month <= 12 and 1 <= day <= 31:
                yield match.start(), match.end(), (int(parts["year"]) if parts["year"] else None, month, day)


def clock_of(text: str) -> Iterator[tuple[int, int, time]]:
    """Every time of day with its place."""
    for match in CLOCK.finditer(text):
        hour = int(match["hour"] or match["hour2"])
        half = (match["half"] or match["half2"] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        minute, second = int(match["minute"] or 0), int(match["second"] or 0)
        if hour < 24 and minute < 60 and second < 60:
            yield match.start(), match.end(), time(hour, minute, second)
