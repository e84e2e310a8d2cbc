"""Questions to a language model: asked through the journal, read strictly, repaired once, tied to the log by hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.answers.codes import BadAnswer
from agents.answers.contract import DecisionAnswer
from agents.answers.parse import decision_read, thought_read
from agents.llm.types import Answer, Ask, Failure, Purpose
from agents.prompts.prompt import Messages, Prompter
from reasoning.ties import FACT, Tie, answer_hash, ties_written

# Answers that came but say nothing are worth one more question; where none came, there is nothing to repair.
REPAIRABLE = {
    Failure.EMPTY: "The answer was empty.",
    Failure.CUT: "The answer was cut off before its end. Be shorter.",
    Failure.REFUSAL: "The answer was a refusal. This is paper money in a simulation; holding is always possible.",
}
Facts = dict[str, str]


class Asks(Protocol):
    """The journal: each question is paid for once, and answered from its records after that."""

    def ask(self, ask: Ask) -> Answer:
        """Raises Paused when the run can't go on for now, StopAsked when somebody wants it to end."""


@dataclass
class Reply:
    """What came of a question: the answer, or a code and a sentence that say why there is none; and facts for the log."""

    decision: DecisionAnswer | None = None
    thought: str = ""
    failure_code: str = ""
    problem: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass
class Questioner:
    journal: Asks
    prompter: Prompter
    symbols: Sequence[str]

    def think(self, purpose: Purpose, step: int, messages: Messages) -> Reply:
        """Ask for words."""
        answer = self.ask(purpose, step, messages)
        reply = Reply(facts=self.facts([answer]))
        try:
            reply.thought = thought_read(text_of(answer))
        except BadAnswer as bad:
            reply.failure_code, reply.problem = bad.code, bad.message
        return reply

    def decide(self, purpose: Purpose, step: int, messages: Messages, *, may_repair: bool = True) -> Reply:
        """Ask for a decision, and once more with the error shown where the answer can't be used."""
        answer = self.ask(purpose, step, messages, is_decision=True)
        reply = self.read(answer)
        reply.facts = self.facts([answer]) | reply.facts
        if (
            reply.failure_code
            and may_repair
            and (not answer.failure_code or answer.failure_code in REPAIRABLE)
        ):
            again = self.prompter.repair(
                messages, answer.text, code=reply.failure_code, problem=reply.problem
            )
            repaired = self.ask(Purpose.REPAIR, step, again, is_decision=True)
            first, reply = reply, self.read(repaired)
            reply.facts = self.facts([answer, repaired]) | reply.facts | {"first_answer": first.failure_code}
        return reply

    def ask(self, purpose: Purpose, step: int, messages: Messages, *, is_decision: bool = False) -> Answer:
        return self.journal.ask(
            Ask(
                purpose,
                step,
                messages,
                schema=DecisionAnswer if is_decision else None,
                schema_name="decision",
                template=self.prompter.template.kind,
                template_version=self.prompter.template.version,
            )
        )

    def read(self, answer: Answer) -> Reply:
        try:
            read = decision_read(text_of(answer), self.symbols)
        except BadAnswer as bad:
            return Reply(failure_code=bad.code, problem=bad.message)
        return Reply(read.answer, facts={"wrapping": ", ".join(read.wrapping)} if read.wrapping else {})

    def facts(self, answers: Sequence[Answer]) -> Facts:
        """What ties an entry of the log to the journal: calls with the hashes of request and answer."""
        template = self.prompter.template
        ties = [Tie(answer.call_id, answer.request_hash, answer_hash(answer.text)) for answer in answers]
        return {
            "ai_model": answers[-1].model_returned,
            "prompt": f"{template.kind} {template.version}",
            FACT: ties_written(ties),
        }


def text_of(answer: Answer) -> str:
    """The text of an answer that came whole. Raises BadAnswer with the journal's code for any other."""
    code = answer.failure_code
    if code:
        raise BadAnswer(
            code.value,
            REPAIRABLE.get(code, f"There was no answer ({code}) after {answer.attempts} attempts."),
        )
    return answer.text
