"""The event stream of a page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from core import live
from core.errors import Forbidden, UserError

MOST_TOPICS = 8

_open_streams = 0  # of this process


@login_not_required  # a redirect to the login page would confuse an event stream; authorise() refuses strangers
@require_GET
def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Follow `?topics=run:12,…`; every topic is checked for the user before the first byte."""
    topics = [topic for topic in request.GET.get("topics", "").split(",") if topic]
    if not 1 <= len(topics) <= MOST_TOPICS:
        raise UserError(f"Give 1 to {MOST_TOPICS} topics, found {len(topics)}.")
    for topic in topics:
        authorise(request, topic)
    return event_response(live.events(topics))


def authorise(request: HttpRequest, topic: str) -> None:
    kind, _, number = topic.partition(":")
    if kind not in live.TOPICS or not number.isdecimal() or len(number) > 18:
        raise Forbidden
    live.TOPICS[kind](request.user, int(number))


def event_response(stream: AsyncIterator[bytes]) -> StreamingHttpResponse:
    """A stream that no proxy buffers or compresses; ReleaseConnectionMiddleware frees its database connection."""
    headers = {
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",
        "Content-Encoding": "identity",
    }
    return StreamingHttpResponse(counted(stream), content_type="text/event-stream", headers=headers)


async def counted(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same stream, told to monitoring for as long as somebody listens."""
    global _open_streams
    _open_streams += 1
    live.STREAMS.set(_open_streams)
    try:
        async for chunk in stream:
            yield chunk
    finally:
        _open_streams -= 1
        live.STREAMS.set(_open_streams)
        # Whoever stops listening ends the stream within, too, and not when memory is next tidied up.
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
