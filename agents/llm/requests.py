"""The request that goes out for a question: one function from what is asked to the body that is sent."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import openai
from pydantic import BaseModel

from agents.llm.types import Ask, Endpoint, Message, StructuredMode
from profiles.llm.parameters import OURS
from reasoning.chain import Spelled

FORM_WORDS = "Answer with one JSON object and nothing else. It has to fit this JSON schema:\n"


def body_of(endpoint: Endpoint, ask: Ask, mode: StructuredMode) -> dict[str, Any]:
    """The whole body. The same question to the same endpoint in the same mode gives the same body."""
    messages = [message_body(message) for message in ask.messages]
    body: dict[str, Any] = {"model": endpoint.model, "messages": messages, **parameters_of(endpoint)}
    if ask.schema is not None:
        add_form(body, ask.schema_name, schema_of(ask.schema), mode)
    if ask.tools:
        body["tools"] = [{"type": "function", "function": tool} for tool in ask.tools]
    if "stream" not in endpoint.quirks:
        body["stream"] = True
        if "stream_options" not in endpoint.quirks:
            body["stream_options"] = {"include_usage": True}
    return body


def message_body(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tools_asked:
        body["tool_calls"] = [
            {
                "id": asked.id,
                "type": "function",
                "function": {"name": asked.name, "arguments": asked.arguments},
            }
            for asked in message.tools_asked
        ]
    if message.answers:
        body["tool_call_id"] = message.answers
    return body


def parameters_of(endpoint: Endpoint) -> dict[str, Any]:
    return {name: value for name, value in endpoint.parameters.items() if name not in OURS}


def add_form(body: dict[str, Any], name: str, schema: dict[str, Any], mode: StructuredMode) -> None:
    if mode is StructuredMode.TOOL:
        function = {"name": name, "strict": True, "parameters": schema}
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = {"type": "function", "function": {"name": name}}
    elif mode is StructuredMode.JSON_OBJECT:
        # Stable, so it goes to the front: behind it come the parts that change.
        body["messages"].insert(1, {"role": "system", "content": FORM_WORDS + json.dumps(schema)})
        body["response_format"] = {"type": "json_object"}
    else:
        form = {"name": name, "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": form}


def stable_positions(ask: Ask, mode: StructuredMode) -> list[int]:
    """Positions, in the body, of messages that other requests share."""
    stable = [message.is_stable or message.role == "system" for message in ask.messages]
    if ask.schema is not None and mode is StructuredMode.JSON_OBJECT:
        stable.insert(1, True)
    return [index for index, is_stable in enumerate(stable) if is_stable]


@cache
def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """A form's JSON schema as strict modes want it: every property required, none added."""
    tool = openai.pydantic_function_tool(form, name="form")
    return Spelled(tool["function"]["parameters"])
