"""A call as OpenTelemetry names it (semantic conventions for GenAI, 1.38), so that an export is a mapping."""

from __future__ import annotations

from typing import Any

from reasoning.calls.models import LLMCall

PARAMETERS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "n": "gen_ai.request.choice.count",
}


def attributes(call: LLMCall) -> dict[str, Any]:
    """The attributes of a call's span; what is unknown is left out."""
    values = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": call.server_address,
        "gen_ai.request.model": call.request_model,
        "gen_ai.response.model": call.response_model,
        "gen_ai.response.id": call.response_id,
        "gen_ai.response.finish_reasons": [call.finish_reason] if call.finish_reason else None,
        "gen_ai.usage.input_tokens": call.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": call.cached_tokens,
        "gen_ai.usage.output_tokens": call.output_tokens,
        "gen_ai.usage.reasoning.output_tokens": call.reasoning_tokens,
        "gen_ai.output.type": "json" if call.structured_mode else "text",
        "gen_ai.conversation.id": f"run:{call.run_id}" if call.run_id else None,
        "server.address": call.server_address,
        "error.type": call.failure_code or None,
    }
    values |= {
        label: call.request_skeleton[name]
        for name, label in PARAMETERS.items()
        if name in call.request_skeleton
    }
    return {name: value for name, value in values.items() if value not in (None, "")}
