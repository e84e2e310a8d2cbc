"""Who speaks: a language model that is asked through a door which keeps the books, or nobody but our own templates."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from agents.llm.types import Answer, Ask, Restart

Telling = Generator[str | Restart, None, Answer]


class Voice(Protocol):
    """An endpoint with its journal. The analyst knows no more of it, so that it reaches nothing that writes."""

    @property
    def name(self) -> str:
        """The AI model that answers."""

    def tell(self, ask: Ask) -> Telling:
        """Give the text as it comes and return the answer.

        Raises Paused when it can't be asked, and StopAsked once the turn is to stop.
        """
