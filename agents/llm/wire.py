"""One attempt on the wire: a request goes out, and whatever happens comes back as a value."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai

from agents.llm.failures import failure_of, message_in, retry_after_of, scrub, words_of
from agents.llm.transport import CONNECT_SECONDS, client_for
from agents.llm.types import Endpoint, Failure, ToolAsked, Usage

TEXTS = ("text", "error", "finish_reason", "refusal", "response_id", "model")
MOST_CHARACTERS = 400_000  # of one answer; more than any decision has, less than would hurt
MOST_TOOLS = 50  # of one answer
END_SECONDS = 1.0  # for the end of a stream that has said it is done


@dataclass
class Received:
    """What came of one attempt. `failure` is falsy for a complete answer."""

    text: str = ""
    failure: Failure = Failure.OK
    error: str = ""
    status_code: int | None = None
    finish_reason: str = ""
    refusal: str = ""
    response_id: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    latency_ms: int = 0
    first_token_ms: int | None = None
    retry_after: float | None = None
    # Told every piece of text as it comes; then tools that are asked for are no part of the text.
    hear: Callable[[str], None] | None = None
    tools_asked: dict[int, ToolAsked] = field(default_factory=dict)

    @property
    def is_free(self) -> bool:
        """Whether it surely was refused before anybody worked on it."""
        refused = self.status_code is not None and self.status_code >= 300
        return refused or self.failure in (Failure.UNREACHABLE, Failure.NOT_ALLOWED)


async def send(
    endpoint: Endpoint, body: Mapping[str, Any], hear: Callable[[str], None] | None = None
) -> Received:
    """Make one attempt, for at most the endpoint's seconds. Cancelling it closes the connection."""
    received = Received(hear=hear)
    began = time.monotonic()
    try:
        async with asyncio.timeout(endpoint.timeout_seconds):
            await exchange(endpoint, body, received, began)
    except Exception as error:  # noqa: BLE001  (every way to fail has its code; a bug shows as provider_error with its name)
        note_failure(received, error, endpoint.api_key)
    received.latency_ms = since(began)
    if not received.failure:
        judge(received)
    for name in TEXTS:
        setattr(received, name, storable(getattr(received, name)))
    received.tools_asked = {
        index: ToolAsked(storable(asked.id), storable(asked.name), storable(asked.arguments))
        for index, asked in sorted(received.tools_asked.items())
    }
    return received


async def exchange(endpoint: Endpoint, body: Mapping[str, Any], received: Received, began: float) -> None:
    request = client_for(endpoint.base_url).chat.completions.with_streaming_response.create(
        model=body["model"],
        messages=(),
        # The whole body as it is: users may set parameters that the SDK doesn't know, and it would walk all the others.
        extra_body=body,
        extra_headers={"Authorization": f"Bearer {endpoint.api_key}" if endpoint.api_key else openai.omit},
        timeout=httpx2.Timeout(endpoint.timeout_seconds, connect=CONNECT_SECONDS),
    )
    async with request as response:
        received.status_code = response.status_code
        if "text/event-stream" in response.headers.get("content-type", ""):
            async for chunk in events(response.iter_lines()):
                take_chunk(received, chunk, began)
        else:
            take_whole(received, json.loads(await response.read()), began)


async def events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    """The JSON of server-sent events. Parsed here: the SDK's typed chunks take ten times as long, and nobody needs them."""
    async for line in lines:
        if line.startswith("data:"):
            data = line[5:].strip()
            if data == "[DONE]":
                await read_out(lines)
                return
            yield json.loads(data)


async def read_out(lines: AsyncIterator[str]) -> None:
    """Read a stream to its end, so that its connection can be used again; a provider that keeps it open loses it."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(END_SECONDS):
            async for _ in lines:
                pass


def take_chunk(received: Received, chunk: Mapping[str, Any], began: float) -> None:
    if chunk.get("error"):
        received.failure, received.error = Failure.PROVIDER_ERROR, message_in(chunk)
        return
    take_head(received, chunk)
    for choice in chunk.get("choices") or ():
        if choice.get("index", 0) == 0:
            take_message(received, choice.get("delta") or {}, began)
            received.finish_reason = choice.get("finish_reason") or received.finish_reason


def take_whole(received: Received, body: Mapping[str, Any], began: float) -> None:
    if body.get("error"):
        received.failure, received.error = Failure.PROVIDER_ERROR, message_in(body)
        return
    take_head(received, body)
    for choice in (body.get("choices") or ())[:1]:
        take_message(received, choice.get("message") or {}, began)
        received.first_token_ms = None  # everything came at once
        received.finish_reason = choice.get("finish_reason") or ""


def take_head(received: Received, part: Mapping[str, Any]) -> None:
    received.response_id = str(part.get("id") or received.response_id)[:200]
    received.model = str(part.get("model") or received.model)[:200]
    if part.get("usage"):
        received.usage = usage_of(part["usage"])


def take_message(received: Received, message: Mapping[str, Any], began: float) -> None:
    text = text_in(message.get("content")) + take_tools(received, message.get("tool_calls") or ())
    refusal = message.get("refusal") or ""
    thinking = message.get("reasoning_content") or message.get("reasoning")
    if received.first_token_ms is None and (text or refusal or thinking or received.tools_asked):
        received.first_token_ms = since(began)
    received.refusal += refusal
    if len(received.text) + len(text) > MOST_CHARACTERS:
        raise ValueError(f"The answer has more than {MOST_CHARACTERS:,} characters")
    received.text += text
    if received.hear is not None and text:
        received.hear(text)


def text_in(content: Any) -> str:
    """Some providers send pieces, among them what their model thought, which is no part of the answer."""
    if not isinstance(content, list):
        return content or ""
    return "".join(piece["text"] for piece in content if piece.get("type") in ("text", "output_text"))


def take_tools(received: Received, calls: Iterable[Mapping[str, Any]]) -> str:
    """Arguments of the one tool that stands for a form are its text; in a conversation tools are collected apart."""
    if received.hear is None:
        return "".join(
            (call.get("function") or {}).get("arguments") or "" for call in calls if not call.get("index")
        )
    for place, call in enumerate(calls):
        index = call.get("index")
        index = index if isinstance(index, int) else place
        known = received.tools_asked.get(index, ToolAsked("", "", ""))
        function = call.get("function") or {}
        more = ToolAsked(
            known.id or str(call.get("id") or ""),
            known.name + str(function.get("name") or ""),
            known.arguments + str(function.get("arguments") or ""),
        )
        if len(received.tools_asked) > MOST_TOOLS or len(more.arguments) > MOST_CHARACTERS:
            raise ValueError(f"The answer asks for more than {MOST_TOOLS} tools, or at too great length")
        received.tools_asked[index] = more
    return ""


def usage_of(usage: Mapping[str, Any]) -> Usage:
    prompt, completion = (usage.get(f"{kind}_tokens_details") or {} for kind in ("prompt", "completion"))
    return Usage(
        input=count(usage.get("prompt_tokens")),
        cached=count(prompt.get("cached_tokens")),
        output=count(usage.get("completion_tokens")),
        reasoning=count(completion.get("reasoning_tokens")),
    )


def count(value: Any) -> int | None:
    """A number of tokens; None for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def note_failure(received: Received, error: Exception, key: str) -> None:
    received.failure, received.error = failure_of(error), words_of(error, key)
    if isinstance(error, openai.APIStatusError):
        received.status_code = error.status_code
        received.retry_after = retry_after_of(error.response.headers)


def judge(received: Received) -> None:
    """Give a complete exchange without a usable answer its code."""
    if received.refusal or received.finish_reason == "content_filter":
        received.failure, received.error = Failure.REFUSAL, received.refusal or "Stopped by a content filter."
    elif not received.finish_reason:
        # A stream that ends without one has been cut, even if the connection was closed in good order.
        received.failure, received.error = Failure.CUT, "The answer broke off."
    elif received.finish_reason == "length":
        received.failure, received.error = Failure.CUT, "The answer was longer than it may be, and was cut."
    elif not received.text.strip() and not received.tools_asked:
        received.failure, received.error = Failure.EMPTY, "The answer was empty."
    received.error = scrub(received.error, "")


def storable(text: str) -> str:
    """Text as UTF-8 and PostgreSQL can hold it: halves of a character that came in two chunks are joined, other halves
    and NUL replaced."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
