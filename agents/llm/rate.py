"""Calls a minute at an endpoint, shared by all workers."""

from __future__ import annotations

from core import rate


def rate_limit() -> rate.RateLimit:
    """The limits of endpoints, by their id."""
    return rate.rate_limit("llm")
