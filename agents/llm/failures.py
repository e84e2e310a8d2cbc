"""Why an attempt brought no answer: one code for every way in which a provider says no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan
from typing import Any

import httpx2
import openai

from agents.llm.types import Failure
from core.errors import UserError

MOST_WORDS = 400
LONGEST_RETRY_AFTER = 86_400.0  # seconds; who asks for more is asked again tomorrow
KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|key|gsk|xai)-[\w*.-]{4,}|\bbearer\s+\S+", re.IGNORECASE)
NO_CREDIT = (
    "insufficient_quota",
    "insufficient credit",
    "insufficient balance",
    "billing",
    "payment required",
)
BY_STATUS = {
    400: Failure.BAD_REQUEST,
    401: Failure.AUTH,
    402: Failure.NO_CREDIT,
    403: Failure.AUTH,
    404: Failure.NOT_FOUND,
    408: Failure.TIMEOUT,
    429: Failure.RATE_LIMITED,
}


def failure_of(error: Exception) -> Failure:
    """The code of an exception that the client raised."""
    if isinstance(error, openai.APIStatusError):
        return failure_of_status(error.status_code, str(error.body or error.message))
    for cause in causes(error):
        if isinstance(cause, UserError):
            return Failure.NOT_ALLOWED
        if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
            return Failure.UNREACHABLE
        if isinstance(cause, TimeoutError | httpx2.TimeoutException | openai.APITimeoutError):
            return Failure.TIMEOUT
        if isinstance(cause, httpx2.ReadError | httpx2.RemoteProtocolError):
            return Failure.CUT
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError | OSError):
        return Failure.UNREACHABLE
    return Failure.PROVIDER_ERROR


def failure_of_status(status: int, words: str) -> Failure:
    if status in (403, 429) and any(sign in words.lower() for sign in NO_CREDIT):
        return Failure.NO_CREDIT
    if status >= 500:
        return Failure.PROVIDER_ERROR
    return BY_STATUS.get(status, Failure.BAD_REQUEST)


def causes(error: BaseException | None) -> list[BaseException]:
    """The exception and what it was raised from, outermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def words_of(error: Exception, key: str) -> str:
    """What the provider said, or what happened; short, and without the key or anything that looks like one."""
    if isinstance(error, openai.APIStatusError):
        text = message_in(error.body) or f"status {error.status_code}"
        if 300 <= error.status_code < 400:
            text = f"The endpoint redirects elsewhere (status {error.status_code}); that is not followed."
    else:
        allowed = next((cause for cause in causes(error) if isinstance(cause, UserError)), None)
        innermost = causes(error)[-1]
        text = allowed.message if allowed else f"{type(error).__name__}: {innermost or error}"
    return scrub(text, key)


def message_in(body: Any) -> str:
    """The sentence in an error's body, whichever of the usual shapes it has."""
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        if isinstance(inner, Mapping):
            return str(inner.get("message") or inner.get("detail") or inner)
        return str(inner)
    return str(body or "")


def scrub(text: str, key: str) -> str:
    if key:
        text = text.replace(key, "…")
    return KEY_LIKE.sub("…", text).replace("\0", "")[:MOST_WORDS]


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks us to wait, at most a day; None when it doesn't say."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        if not isnan(seconds):
            return min(max(0.0, seconds), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    # A date is GMT by its standard, also where it doesn't say so.
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), LONGEST_RETRY_AFTER)
