"""The analyst without a language model: patterns choose the same tools, templates write answers over their results."""

from agents.system_agent.builtin.answer import answer_built_in

__all__ = ["answer_built_in"]
