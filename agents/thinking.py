"""What a language model thought and was asked in a run, for its page."""

from __future__ import annotations

from dataclasses import dataclass

from agents.deciders.llm import Llm
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import CallShown, call_shown
from reasoning.models import Entry, EntryKind
from reasoning.selectors import ShadeReport, shade_report, thoughts_of
from runs.models import Run


@dataclass(frozen=True, slots=True)
class Thinking:
    """Plans, analyses and reflections in order, and what the sample of skipped bars says."""

    thoughts: list[Entry]
    shade: ShadeReport

    @property
    def reflections(self) -> list[Entry]:
        """What it made of the whole, looking back."""
        return [thought for thought in self.thoughts if thought.kind == EntryKind.REFLECTION]

    @property
    def on_the_way(self) -> list[Entry]:
        """Plans and analyses."""
        return [thought for thought in self.thoughts if thought.kind != EntryKind.REFLECTION]


def thinking_of(run: Run) -> Thinking | None:
    """None for a run that no language model decides."""
    return Thinking(list(thoughts_of(run)), shade_report(run)) if run.decider == Llm.name else None


def calls_shown(run: Run, step: int) -> list[CallShown]:
    """Everything that was asked at a step; the plan, from before the first bar, with the first step."""
    if run.decider != Llm.name:
        return []
    calls = LLMCall.objects.filter(run=run, step__gte=step if step > 1 else 0, step__lte=step).order_by("pk")
    return [call_shown(call) for call in calls]
