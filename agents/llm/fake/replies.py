"""What the scripted endpoint says to a request: an answer in the form that was asked for, damaged as told, or an error."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.llm.fake.analyst import is_conversation, speak
from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.state import State, text_of
from agents.llm.fake.trader import answer_to

CHUNK = 12  # characters of an event: about three tokens
PROSE = "I would buy 1,000 shares, or $2,000 worth, because the trend is up. HOLD is no option here."
REFUSAL = "I can't help with that."
_ids = itertools.count(1)


class Refused(Exception):
    """An answer with an HTTP status other than 200."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, kind: str = "", **headers: str
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code
        self.kind = kind or ("server_error" if status >= 500 else "invalid_request_error")
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}


@dataclass
class Reply:
    """One completion, to be sent whole or as events."""

    model: str
    text: str | None
    tool: str = ""  # name of the function whose arguments the text is
    calls: Sequence[
        tuple[str, str]
    ] = ()  # functions that a conversation should go on with, and their arguments
    refusal: str | None = None
    finish_reason: str | None = "stop"
    usage: dict[str, Any] | None = None
    breaks_off: bool = False
    ends_quietly: bool = False
    error_event: bool = False
    lingers: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{next(_ids)}")

    def head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": int(time.time()), "model": self.model}

    def body(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.text, "refusal": self.refusal}
        if self.tool:
            message |= {
                "content": None,
                "tool_calls": [{"id": f"call-{self.id}", **self.function(self.text)}],
            }
        elif self.calls:
            message |= {"tool_calls": [self.called(place) for place in range(len(self.calls))]}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason, "logprobs": None}
        usage = {"usage": self.usage} if self.usage else {}
        return {**self.head("chat.completion"), "choices": [choice], **usage}

    def called(self, place: int) -> dict[str, Any]:
        name, arguments = self.calls[place]
        about = {"name": name, "arguments": arguments}
        return {"id": f"call-{self.id}-{place}", "type": "function", "function": about}

    def function(self, arguments: str | None) -> dict[str, Any]:
        return {"type": "function", "function": {"name": self.tool, "arguments": arguments or ""}}

    def events(self, *, with_usage: bool) -> Iterator[dict[str, Any]]:
        head = self.head("chat.completion.chunk")
        yield {**head, "choices": [choice_of({"role": "assistant", "content": None if self.tool else ""})]}
        for index, delta in enumerate(self.deltas()):
            if (self.breaks_off or self.ends_quietly or self.error_event) and index == 2:
                if self.error_event:
                    yield {"error": {"message": "The engine was overloaded.", "type": "server_error"}}
                return
            yield {**head, "choices": [choice_of(delta)]}
        yield {**head, "choices": [choice_of({}, self.finish_reason)]}
        if with_usage and self.usage:
            yield {**head, "choices": [], "usage": self.usage}

    def deltas(self) -> Iterator[dict[str, Any]]:
        for piece in pieces(self.refusal):
            yield {"refusal": piece}
        for number, piece in enumerate(pieces(self.text)):
            if not self.tool:
                yield {"content": piece}
            elif number == 0:
                yield {"tool_calls": [{"index": 0, "id": f"call-{self.id}", **self.function(piece)}]}
            else:
                yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
        for place, (_, arguments) in enumerate(self.calls):
            first, *rest = pieces(arguments) or [""]
            head = self.called(place)
            yield {
                "tool_calls": [{"index": place, **head, "function": {**head["function"], "arguments": first}}]
            }
            for piece in rest:
                yield {"tool_calls": [{"index": place, "function": {"arguments": piece}}]}


def choice_of(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}


def pieces(text: str | None) -> list[str]:
    return [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)] if text else []


def reply_of(request: Mapping[str, Any], behaviour: Behaviour, state: State) -> Reply:
    """Answer a request. Raises Refused for those that this behaviour fails, and for what it does not understand."""
    model = str(request.get("model", ""))

    def takes(name: str) -> bool:
        return state.takes(behaviour, model, name)

    for status, name, code, message in FAILURES:
        if takes(name):
            wait = {"retry_after_ms": str(int(behaviour.retry_after * 1000))} if status == 429 else {}
            raise Refused(status, message, code=code, **wait)
    understands(request, behaviour)
    given = state.next_answer()
    reply = Reply(model, given if isinstance(given, str) else "", tool=tool_of(request))
    if isinstance(given, Mapping):
        reply.text, reply.calls = str(given.get("text", "")), [(str(n), str(a)) for n, a in given["calls"]]
    elif given is None and is_conversation(request):
        spoken = speak(request, takes)
        reply.text, reply.calls = damaged(spoken.text, takes, request, behaviour), spoken.calls
    elif given is None:
        reply.text = damaged(answer_to(request), takes, request, behaviour)
    text = reply.text or ""
    if takes("refusal"):
        reply.text, reply.refusal = None, REFUSAL
    if takes("filtered"):
        reply.text, reply.finish_reason = "", "content_filter"
    elif takes("length"):
        reply.text, reply.finish_reason = text[: len(text) // 2], "length"
    elif reply.tool or reply.calls:
        reply.finish_reason = "tool_calls"
    reply.breaks_off, reply.ends_quietly = takes("cut"), takes("cut_quietly")
    reply.error_event, reply.lingers = takes("stream_error"), takes("lingers")
    reply.usage = None if behaviour.no_usage else usage_of(request, reply, state)
    return reply


FAILURES = (
    (500, "error", None, "The server had an error while processing your request."),
    (503, "overloaded", None, "The engine is overloaded."),
    (429, "no_credit", "insufficient_quota", "You exceeded your current quota, please check your plan."),
    (429, "rate_limited", "rate_limit_exceeded", "Rate limit reached for requests per minute."),
    (402, "payment_required", None, "Insufficient credits."),
    (401, "unauthorised", "invalid_api_key", "Incorrect API key provided."),
    (404, "not_found", "model_not_found", "The model does not exist."),
    (400, "bad_request", None, "The request was not understood."),
    (400, "too_long", "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
    (307, "redirect", None, "Moved."),
)


def understands(request: Mapping[str, Any], behaviour: Behaviour) -> None:
    """Raises Refused for a parameter that this behaviour does not know."""
    form = (request.get("response_format") or {}).get("type")
    unknown = {
        "response_format.json_schema": form == "json_schema" and (behaviour.no_schema or behaviour.no_json),
        "response_format": form == "json_object" and behaviour.no_json,
        "tools": bool(request.get("tools")) and behaviour.no_tools,
        "stream": bool(request.get("stream")) and behaviour.no_stream,
        "stream_options": bool(request.get("stream_options")) and behaviour.no_stream_options,
    }
    for name, is_unknown in unknown.items():
        if is_unknown:
            raise Refused(400, f"Unsupported parameter: '{name}'.", code="unsupported_parameter")


def damaged(text: str, takes: Any, request: Mapping[str, Any], behaviour: Behaviour) -> str:
    form = (request.get("response_format") or {}).get("type")
    ignored = (form == "json_schema" and behaviour.ignores_schema) or (form and behaviour.ignores_json)
    if takes("empty"):
        return ""
    if takes("prose") or ignored:
        return PROSE
    if takes("bad_json"):
        return text[:-2] + ",,"
    if takes("wrong_json"):
        return json.dumps({"action": "BUY", "amount": "1,000"})
    return f"```json\n{text}\n```" if takes("fenced") else text


def tool_of(request: Mapping[str, Any]) -> str:
    """The function that the request wants called, if it insists on one."""
    choice = request.get("tool_choice")
    return str(choice["function"]["name"]) if isinstance(choice, dict) else ""


def usage_of(request: Mapping[str, Any], reply: Reply, state: State) -> dict[str, Any]:
    """Four characters a token; what an earlier request began with counts as cached, in steps of 128 as providers do."""
    prompt = max(1, len(text_of(request)) // 4)
    cached = min(prompt, state.cached_prefix(request) // 4 // 128 * 128)
    completion = max(1, len(reply.text or reply.refusal or "") // 4)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
