"""Whether the numbers of an answer stand in the tool results of its turn. Plain Python."""

from agents.system_agent.grounding.check import ground

__all__ = ["ground"]
