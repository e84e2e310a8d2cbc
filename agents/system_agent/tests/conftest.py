"""The small run of the tools' scene, and a scripted endpoint that plays an analyst."""

from __future__ import annotations

from agents.tools.tests.conftest import llm_model, llm_trade, losing_run, seat

__all__ = ["llm_model", "llm_trade", "losing_run", "seat"]
