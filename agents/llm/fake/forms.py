"""The form that an answer is wanted in, and the plainest value that fits it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WORDS = (
    "The range is unbroken so far; wait for a break with volume, risk little, close before the session ends."
)


def schema_of(request: Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON schema of the wanted answer; `{}` where JSON is wanted without one, None where words are."""
    form = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        return dict(form["json_schema"]["schema"])
    if isinstance(request.get("tool_choice"), dict):
        return dict(request["tools"][0]["function"]["parameters"])
    if form.get("type") == "json_object":
        return schema_in_words(request)
    return None


def schema_in_words(request: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that a prompt for json_object spells out, from the first message that holds one."""
    for message in request.get("messages", []):
        text = str(message.get("content") or "")
        start = text.find('{"')
        while start >= 0:
            try:
                found, _ = json.JSONDecoder().raw_decode(text, start)
            except ValueError:
                found = None
            if isinstance(found, dict) and "properties" in found:
                return found
            start = text.find('{"', start + 1)
    return {}


def value_of(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """The plainest value that fits a schema: null where it may be, empty lists, the first of a choice."""
    if "$ref" in schema:
        return value_of(known[schema["$ref"].rsplit("/", 1)[-1]], known)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        choices = schema["anyOf"]
        return None if {"type": "null"} in choices else value_of(choices[0], known)
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: value_of(part, known) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return []
    if kind == "string":
        return WORDS
    if kind == "boolean":
        return False
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    number = (low + schema["maximum"]) / 2 if "maximum" in schema else low + 1
    return int(number) if kind == "integer" else number
