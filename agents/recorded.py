"""What a run decided, for whoever takes its decisions again."""

from __future__ import annotations

from agents.deciders.recording import HELD, Recording
from reasoning.selectors import recorded_decisions
from runs.models import Run


def recording_fill(recording: Recording, source: Run) -> None:
    """Put in what an accessed run decided."""
    recording.decisions = recorded_decisions(source)
    if len(recording.decisions) < source.cursor:
        recording.missing = HELD
