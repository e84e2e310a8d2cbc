"""What goes out is what chat completions are: checked against a JSON schema made of the SDK's own types."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema
import pytest
from django.contrib.auth.models import User
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter

from agents.answers.contract import DecisionAnswer
from agents.llm.fake.server import FakeServer
from agents.llm.requests import body_of, schema_of, stable_positions
from agents.llm.tests.asking import Form, ask_of, journal_at
from agents.llm.types import Endpoint, Message, StructuredMode
from runs.models import Run

MODES = list(StructuredMode)
HERE = Endpoint(id=1, base_url="http://127.0.0.1:9/v1", model="gpt-5-mini")


@cache
def published(streaming: bool) -> jsonschema.Draft202012Validator:
    """The schema of a request, closed: a field that the types don't name is an error."""
    kind = CompletionCreateParamsStreaming if streaming else CompletionCreateParamsNonStreaming
    schema = TypeAdapter(kind).json_schema()
    return jsonschema.Draft202012Validator(closed(schema))


def closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(part) for name, part in schema.items()}
    if found.get("type") == "object" and "properties" in found and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found


def problems(body: dict[str, Any]) -> list[str]:
    return [error.message for error in published(bool(body.get("stream"))).iter_errors(body)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("form", [Form, DecisionAnswer, None])
@pytest.mark.parametrize("quirks", [frozenset[str](), frozenset({"stream"}), frozenset({"stream_options"})])
def test_every_request_fits_the_published_schema(
    mode: StructuredMode, form: Any, quirks: frozenset[str]
) -> None:
    parameters = {"temperature": 0.2, "max_completion_tokens": 500, "seed": 7, "reasoning_effort": "low"}
    endpoint = Endpoint(
        id=1, base_url=HERE.base_url, model="gpt-5-mini", parameters=parameters, quirks=quirks
    )
    assert problems(body_of(endpoint, ask_of(schema=form), mode)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"messages": []} | {"response_format": {"type": "yaml"}},
        {"temperatur": 0.2},
        {"tools": [{"type": "function"}]},
        {"stream_options": {"with_usage": True}},
    ],
)
def test_the_schema_refuses_what_is_no_request(wrong: dict[str, Any]) -> None:
    assert problems({**body_of(HERE, ask_of(), StructuredMode.JSON_SCHEMA), **wrong})


def test_the_same_question_gives_the_same_body() -> None:
    for mode in MODES:
        assert body_of(HERE, ask_of(), mode) == body_of(HERE, ask_of(), mode)


def test_a_users_parameters_can_not_replace_what_the_house_sends() -> None:
    mischief = {"model": "other", "messages": [], "stream": False, "n": 10, "store": True, "top_k": 5}
    body = body_of(
        Endpoint(id=1, base_url=HERE.base_url, model="m", parameters=mischief),
        ask_of(),
        StructuredMode.JSON_SCHEMA,
    )
    assert (body["model"], body["stream"], len(body["messages"])) == ("m", True, 2)
    assert "n" not in body
    assert "store" not in body
    assert body["top_k"] == 5, "what only this provider knows goes through"


def test_strict_schemas_require_every_property_and_allow_no_other() -> None:
    def objects(schema: Any) -> list[dict[str, Any]]:
        if isinstance(schema, list):
            return [found for part in schema for found in objects(part)]
        if not isinstance(schema, dict):
            return []
        inner = [found for part in schema.values() for found in objects(part)]
        return [schema, *inner] if schema.get("type") == "object" else inner

    found = objects(schema_of(DecisionAnswer))
    assert len(found) >= 2
    for schema in found:
        assert schema["additionalProperties"] is False
        assert sorted(schema["required"]) == sorted(schema["properties"])


def test_what_is_stable_stands_first_and_is_known() -> None:
    messages = (
        Message("system", "Rules."),
        Message("user", "The day so far.", is_stable=True),
        Message("user", "Now."),
    )
    ask = ask_of(messages=messages)
    assert stable_positions(ask, StructuredMode.JSON_SCHEMA) == [0, 1]
    body = body_of(HERE, ask, StructuredMode.JSON_OBJECT)
    assert stable_positions(ask, StructuredMode.JSON_OBJECT) == [0, 1, 2]
    assert [message["content"] for message in body["messages"]][2:] == ["The day so far.", "Now."]
    assert "JSON" in body["messages"][1]["content"]


def test_what_a_server_receives_fits_too(alice: User, run: Run, fakellm: FakeServer) -> None:
    for step, behaviour in enumerate(("", "no_schema", "no_json", "no_stream", "no_stream_options"), 1):
        assert journal_at(fakellm, alice, behaviour, run=run).ask(ask_of(step)).is_usable
    received = list(fakellm.state.requests)
    assert len(received) > 5
    assert [problems(body) for body in received] == [[]] * len(received)
