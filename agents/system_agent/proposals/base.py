"""What a maker of proposals is, and what a proposal is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from agents.system_agent.events import ProposalKind
from agents.tools.base import Arguments, Asking, untitled
from agents.tools.payload import Payload


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal before it has a number. `payload` is what the service takes that applies it."""

    model_id: int
    title: str
    payload: dict[str, Any]
    diff: tuple[str, ...]
    evidence: tuple[str, ...]
    what_if: Payload | None = None


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Maker(Generic[A]):
    """Makes one kind of proposal. It reads as tools do, and raises UserError for what can't be proposed."""

    name: str
    kind: ProposalKind
    description: str
    arguments: type[A]
    make: Callable[[Asking, A], Draft]
    seconds: int = 20

    @property
    def schema(self) -> dict[str, Any]:
        return dict(untitled(self.arguments.model_json_schema()))
