"""What asking language models tells monitoring."""

from __future__ import annotations

from core.metrics import counter, histogram

LLM_ATTEMPTS = counter("llm_attempts", "Requests to language models, by how they ended.", labels=("outcome",))
LLM_SECONDS = histogram("llm_seconds", "What a request to a language model took.")
LLM_COST = counter("llm_cost_dollars", "What requests to language models cost, as far as prices are known.")
LLM_TOKENS = counter(
    "llm_tokens", "Tokens of requests and answers, as providers count them.", labels=("kind",)
)
