"""The language model as a trader: asked at a cadence, read strictly, on record with every thought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agents.deciders.asking import Asks, Questioner, Reply
from agents.deciders.base import Decider, Observation
from agents.deciders.cadence import LastAsked, is_analysis_due, is_shaded, why_asked
from agents.deciders.llm_params import LlmParams
from agents.llm.types import Paused, Purpose
from agents.prompts.diary import wish_words
from agents.prompts.notes import note_of
from agents.prompts.prompt import Prompter
from agents.prompts.watch import Watch
from reasoning.codec import wishes_to_json
from reasoning.thought import Thought
from trading.ledger import Account
from trading.session import StepResult
from trading.types import Decision, Outcome

SKIPPED = Decision(reasoning="Not asked at this bar.", was_asked=False)


@dataclass(frozen=True, slots=True)
class Seat:
    """What a language model needs to trade a run. After a resumption it holds what stood in the tables."""

    journal: Asks
    prompter: Prompter
    account: Account
    first_plan: str | None  # empty for one that failed; None: not asked for yet


class Llm(Decider):
    """Decides once it has taken a seat. All that its prompts show follows from committed rows, the account and bars."""

    name = "llm"
    title = "Language model"
    description = "Asks an AI model, bar by bar or when something happens, and trades what it answers within the limits."
    params_type = LlmParams
    is_free = False

    params: LlmParams
    prompter: Prompter
    questions: Questioner
    watch: Watch
    last: LastAsked

    def take_seat(self, seat: Seat) -> None:
        """Sit down where the run stands, at its beginning or after any of its steps."""
        self.prompter = seat.prompter
        self.questions = Questioner(seat.journal, seat.prompter, seat.prompter.setting.symbols)
        self.watch = Watch(seat.account)
        self.is_planned = seat.first_plan is not None or not self.params.plan
        self.prompter.first_plan = seat.first_plan or ""
        notes = seat.prompter.notes
        step = max((note.step for note in notes.values() if note.outcome != Outcome.SKIPPED), default=0)
        self.last = LastAsked(step, marks_read(notes[step].marks)) if step else LastAsked()

    def decide(self, observation: Observation) -> Decision:
        if not self.is_planned:
            self.write_plan(observation.account)
        step, happened = observation.step, self.watch.happened(observation.account)
        reasons = why_asked(self.params, observation, self.last, self.prompter.notes.get(step - 1), happened)
        if not reasons and not is_shaded(self.params, step):
            return SKIPPED
        self.prompter.see(observation.reader, step, happened)
        if not reasons:
            return self.decide_in_the_shade(observation)
        analysis = ""
        if is_analysis_due(self.params, step, self.last):
            analysis = self.write("analysis", Purpose.ANALYSIS, observation)
        why = "" if self.params.every == 1 else "; ".join(reasons)
        messages = self.prompter.ask("decision", observation.account, analysis=analysis, why=why)
        reply = self.questions.decide(Purpose.DECISION, step, messages)
        reply.facts |= {"asked_because": "; ".join(reasons), "marks": marks_written(observation)}
        if reply.decision is not None and reply.decision.plan:
            self.keep("plan", observation, Reply(thought=reply.decision.plan, facts=reply.facts))
        return decision_of(reply)

    def write_plan(self, account: Account) -> None:
        """Ask for a plan that knows no bar yet."""
        self.is_planned = True
        reply = self.questions.think(Purpose.PLAN, 0, self.prompter.plan())
        self.prompter.first_plan = reply.thought
        opened = account.session_opened_at
        self.thoughts.append(Thought("plan", 0, opened, reply.thought, reply.failure_code, reply.facts))

    def write(self, kind: Literal["analysis", "reflection"], purpose: Purpose, seen: Observation) -> str:
        """Ask for words about the present, keep them for the log and return them."""
        messages = self.prompter.ask(kind, seen.account)
        reply = self.questions.think(purpose, seen.step, messages)
        self.keep(kind, seen, reply)
        return reply.thought

    def keep(self, kind: Literal["plan", "analysis", "reflection"], seen: Observation, reply: Reply) -> None:
        self.thoughts.append(
            Thought(kind, seen.step, seen.now, reply.thought, reply.failure_code, dict(reply.facts))
        )

    def decide_in_the_shade(self, seen: Observation) -> Decision:
        """Ask at a skipped bar for the record; nothing of the answer is traded, and no later prompt shows it."""
        messages = self.prompter.ask("decision", seen.account)
        reply = self.questions.decide(Purpose.SHADE, seen.step, messages, may_repair=False)
        shade, acted = f"no usable answer ({reply.failure_code})", "unknown"
        if reply.decision is not None:
            wishes = wishes_to_json(decision_of(reply))
            shade, acted = ("; ".join(map(wish_words, wishes)), "yes") if wishes else ("hold", "no")
        facts = reply.facts | {"shade": shade, "shade_acted": acted}
        return SKIPPED._replace(context=tuple(facts.items()))

    def learn(self, results: Sequence[StepResult], account: Account) -> None:
        for result in results:
            note = note_of(result, self.thoughts)
            self.prompter.notes[result.step] = note
            if result.decision.was_asked:
                self.last = LastAsked(result.step, marks_read(note.marks))
        self.watch = Watch(account)

    def look_back(self, observation: Observation) -> Sequence[Thought]:
        """Reflect on the run. Where asking is impossible now, that is recorded: the run has ended all the same."""
        if not self.params.reflection:
            return ()
        step = observation.step
        self.prompter.see(observation.reader, step, self.prompter.notes[step].happened)
        try:
            self.write("reflection", Purpose.REFLECTION, observation)
        except Paused as reason:
            facts = {"problem": str(reason)}
            self.keep("reflection", observation, Reply(failure_code=reason.code, facts=facts))
        return self.thoughts


def decision_of(reply: Reply) -> Decision:
    """A reply as the core takes it; one that failed is a failure, treated as hold."""
    context = tuple(reply.facts.items())
    answer = reply.decision
    if answer is None:
        return Decision(reasoning=reply.problem, failure_code=reply.failure_code, context=context)
    return Decision(
        intents=tuple(order.to_intent() for order in answer.orders),
        cancels=answer.cancels,
        reasoning=answer.reasoning,
        confidence=answer.confidence,
        context=context,
    )


def marks_written(seen: Observation) -> str:
    """The closes that the model saw, as the log keeps them: "SPY=100.05 IBM=201.3"."""
    marks = seen.account.marks
    return " ".join(f"{symbol}={marks[symbol]}" for symbol in seen.symbols if symbol in marks)


def marks_read(text: str) -> dict[str, Decimal]:
    pairs = (part.rpartition("=") for part in text.split())
    return {symbol: Decimal(mark) for symbol, _, mark in pairs}
