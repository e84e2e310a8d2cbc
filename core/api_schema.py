"""What the API's description says of every address alike: how it refuses, and what a time of day looks like."""

from __future__ import annotations

from typing import Any

ERROR = {
    "type": "object",
    "description": "The one shape of every error.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string", "description": "stable, for programs"},
                "message": {"type": "string", "description": "what was found and what is wanted"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "messages by field",
                },
            },
        }
    },
}
REFUSALS = {
    "400": "Something in the request makes no sense; `fields` says what.",
    "401": "The token is unknown, revoked or expired.",
    "403": "Not yours, absent, or beyond the token's scope.",
    "404": "There is no such address.",
    "405": "This address doesn't do that.",
    "406": "Answers are JSON.",
    "409": "Not now: the message says what stands in the way.",
    "415": "Requests are JSON.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
}


def with_refusals(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Describe the refusals of every operation; a hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status, description in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result


def with_plain_times(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Describe times of day as text: "time" in JSON schema has an offset from UTC, ours are exchange time."""
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            if field.get("format") == "time":
                del field["format"]
                field["example"] = "09:30:00"
    return result
