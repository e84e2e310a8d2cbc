"""A decider at the pace of the market: asked while a minute is young, and heard while its orders can still fill ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agents.deciders import Observation
from core import clock
from runs.live.models import LiveSession
from runs.live.terms import MINUTE, LiveTerms
from runs.models import Run
from trading.types import Decision

ANSWER_LATE = "answer_late"
SKIPPED = "skipped"  # names the fact of a step at which nobody was asked: why not
LATE, HISTORY, NO_BAR = "late", "before the start", "no bar"

Ask = Callable[[Observation], Decision]


@dataclass(frozen=True, slots=True)
class Punctual:
    """Stands before a decider. What is skipped here is on record, so that a replay skips the same."""

    ask: Ask
    terms: LiveTerms
    joined_at: datetime

    def decide(self, seen: Observation) -> Decision:
        """The decider's answer, unless the minute is too old to ask about or has passed before it came."""
        reason = self.why_not(seen)
        if reason is not None:
            return reason
        decision = self.ask(seen)
        if not (decision.intents or decision.cancels):
            return decision
        # The next bar can be had by now. Nobody may trade in a bar that was there to be seen when he decided.
        age = (clock.now() - self.terms.due_at(seen.now - MINUTE)).total_seconds()
        if age < MINUTE.total_seconds():
            return decision
        reasoning = (
            f"The answer came {age:.0f} s after the bar, when the next one had closed; nothing was sent."
        )
        return Decision(reasoning=reasoning, failure_code=ANSWER_LATE, context=decision.context)

    def why_not(self, seen: Observation) -> Decision | None:
        """Why nobody is asked at this step; None to ask."""
        start, now = seen.now - MINUTE, clock.now()
        if now <= self.terms.late_at(start):
            return None
        age = (now - self.terms.due_at(start)).total_seconds()
        if seen.now not in seen.account.marked_at.values():
            return skipped(NO_BAR, "Not asked: the session closed without a last bar.")
        if self.terms.due_at(start) < self.joined_at:
            return skipped(HISTORY, "Not asked: this bar closed before the run was started.")
        limit = self.terms.late_seconds
        return skipped(LATE, f"Not asked: this bar was {age:.0f} s late, more than {limit} s.")


def punctual(run: Run, ask: Ask) -> Ask:
    """Hold whoever decides a live run to its terms."""
    live = LiveSession.objects.get(run=run)
    terms = LiveTerms.of(run.snapshot).found(live.delay_seconds)
    return Punctual(ask, terms, live.joined_at).decide


def skipped(why: str, words: str) -> Decision:
    return Decision(reasoning=words, was_asked=False, context=((SKIPPED, why),))
