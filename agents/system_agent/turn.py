"""One turn with a language model: it uses tools until it answers, and its numbers are checked once before they stand."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal

from agents.llm.attempts import ADVICE
from agents.llm.types import Answer, Ask, Message, Paused, Purpose, Restart, StopAsked, ToolAsked
from agents.prompts.template import Template
from agents.system_agent.citing import cited
from agents.system_agent.events import (
    BudgetLeft,
    Done,
    Failure,
    TextDelta,
    TextEnd,
    TextReset,
    ToolResult,
    TurnEvent,
    TurnRequest,
    Usage,
)
from agents.system_agent.grounding import ground
from agents.system_agent.opening import clean, opening
from agents.system_agent.showing import shown
from agents.system_agent.template import template_load
from agents.system_agent.toolbox import Toolbox, functions
from agents.system_agent.voice import Telling, Voice
from agents.tools.base import Asking

MOST_CALLS = 10  # of the language model in a turn
MOST_TOOLS_AT_ONCE, MOST_TOOLS = 6, 20
MOST_SECONDS = 240.0
MOST_ANSWER = 30_000  # characters
MOST_NUMBERS = 30  # that a check names
RECHECKED = "Some numbers were in no tool result; the answer is being written again."
RESTARTED = "The connection broke; the answer is being written again."
NAME = re.compile(r"[^A-Za-z0-9_-]")
LONGEST_NAME = 60
WORDS = {
    "refusal": "The language model declined to answer.",
    "cut": "The answer broke off.",
    "empty": "The language model gave no answer.",
    "timeout": "The language model did not answer in time.",
}


Speaking = Generator[TurnEvent, None, Answer]


class Over(Exception):
    """The turn may go no further; the code and message are for the user."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Turn:
    """A turn as it goes on. For one thread."""

    request: TurnRequest
    asking: Asking
    voice: Voice
    stop: Callable[[], bool]
    template: Template = field(default_factory=template_load)

    def __post_init__(self) -> None:
        self.toolbox = Toolbox(self.asking)
        self.messages: list[Message] = []
        self.text = ""  # of the part that is being written
        self.spent = Spent(self.request.budget)
        self.until = time.monotonic() + MOST_SECONDS
        self.was_checked = False
        self.unchecked: TextEnd | None = None  # the answer that was to be written again

    def events(self) -> Iterator[TurnEvent]:
        """Everything that happens, to the end; whatever goes wrong comes as a failure before it."""
        is_whole = False
        try:
            self.messages = opening(self.template, self.request, self.asking)
            yield from self.answer()
            is_whole = True
        except StopAsked:
            yield from self.rest()
        except (Over, Paused) as problem:
            yield from self.rest()
            yield Failure(problem.code, str(problem))
        yield Done(is_partial=not is_whole, model=self.voice.name)

    def rest(self) -> Iterator[TurnEvent]:
        """What was written before it broke off."""
        if self.text.strip():
            yield self.ended(self.text)
        elif self.unchecked is not None:
            yield self.unchecked  # the first answer still says more than none

    def answer(self) -> Iterator[TurnEvent]:
        for number in range(MOST_CALLS):
            is_last = number == MOST_CALLS - 1 or len(self.toolbox.results) >= MOST_TOOLS
            if is_last and self.toolbox.results:
                self.messages.append(Message("user", self.template.texts["last"]))
            answer = yield from self.speak(with_tools=not is_last)
            if answer.tools_asked and not is_last:
                yield from self.use_tools(answer)
                continue
            end = self.ended(answer.text)
            if end.grounding.unverified and not self.was_checked and not is_last:
                yield from self.check(answer, end)
                continue
            yield end
            return

    def speak(self, *, with_tools: bool) -> Speaking:
        """Ask once, passing on the text as it comes. Raises Over for an answer that is none."""
        self.go_on()
        ask = Ask(
            Purpose.CHAT,
            step=0,
            messages=tuple(self.messages),
            sequence=self.spent.calls,
            template=self.template.kind,
            template_version=self.template.version,
            tools=functions() if with_tools else (),
            is_streamed=True,
        )
        answer = yield from self.heard(self.voice.tell(ask))
        self.spent.count(answer)
        usage, model = answer.usage, answer.model_returned or self.voice.name
        yield Usage(model, usage.input, usage.cached, usage.output, answer.cost)
        if answer.failure_code:
            raise Over(answer.failure_code, failure_words(answer))
        return answer

    def heard(self, telling: Telling) -> Speaking:
        """Pass an answer on piece by piece; look between pieces whether somebody wants it to stop."""
        self.text = ""
        with closing(telling):
            while True:
                try:
                    piece = next(telling)
                except StopIteration as end:
                    answer: Answer = end.value
                    return answer
                if isinstance(piece, Restart):
                    self.text = ""
                    yield TextReset(RESTARTED)
                    continue
                self.text += piece
                yield TextDelta(piece)
                if len(self.text) > MOST_ANSWER:
                    raise Over("answer_too_long", f"The answer has more than {MOST_ANSWER:,} characters.")
                if self.stop():
                    raise StopAsked

    def go_on(self) -> None:
        """Raises StopAsked, and Over where the turn has used up what it may."""
        if self.stop():
            raise StopAsked
        self.spent.check()
        if time.monotonic() > self.until:
            raise Over("turn_too_long", f"The answer took longer than {MOST_SECONDS:.0f} seconds.")

    def use_tools(self, answer: Answer) -> Iterator[TurnEvent]:
        """Use what the model asked for, and show it what came of it."""
        if answer.text.strip():
            yield self.ended(answer.text)
        self.text = ""
        asked, results = answer.tools_asked[:MOST_TOOLS_AT_ONCE], []
        for tool in asked:
            self.go_on()
            for event in self.toolbox.use(tool.name, tool.arguments):
                yield event
                if isinstance(event, ToolResult):
                    results.append(event)
        # Under our own ids and names: what a model sends as such may be anything.
        said = [
            ToolAsked(result.id, safe_name(result.tool), tool.arguments)
            for result, tool in zip(results, asked, strict=True)
        ]
        self.messages.append(Message("assistant", answer.text, tools_asked=tuple(said)))
        self.messages += [Message("tool", told(result), answers=result.id) for result in results]
        if len(answer.tools_asked) > len(asked):
            self.messages.append(Message("user", f"CHECK: only the first {len(asked)} tools were used."))

    def ended(self, text: str) -> TextEnd:
        """A text as it stands: with its citations as links and its numbers checked."""
        self.text = ""
        found = self.toolbox.found
        whole = cited(clean(text, MOST_ANSWER), [payload for _, payload in found])
        return TextEnd(whole, ground(whole, found))

    def check(self, answer: Answer, end: TextEnd) -> Iterator[TurnEvent]:
        """Show the model the numbers that no tool said, once."""
        self.was_checked, self.unchecked = True, end
        yield TextReset(RECHECKED)
        places = end.grounding.unverified[:MOST_NUMBERS]
        numbers = ", ".join(dict.fromkeys(end.text[span.start : span.end] for span in places))
        self.messages.append(Message("assistant", answer.text))
        self.messages.append(Message("user", self.template.fill("check", numbers=numbers)))


@dataclass
class Spent:
    """What a turn has taken of the language model so far."""

    budget: BudgetLeft
    calls: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)

    def count(self, answer: Answer) -> None:
        self.calls += 1
        self.tokens += (answer.usage.input or 0) + (answer.usage.output or 0)
        self.cost += answer.cost or Decimal(0)

    def check(self) -> None:
        """Raises Over once nothing is left for another call."""
        left = self.budget
        for name, most, used in (
            ("calls", left.calls, self.calls),
            ("tokens", left.tokens, self.tokens),
            ("dollars", left.cost, self.cost),
        ):
            if most is not None and used >= most:
                raise Over(
                    "budget", f"What is left of the budget, {most:,} {name}, does not allow another call."
                )


def safe_name(name: str) -> str:
    """A function's name as providers accept it."""
    return NAME.sub("_", name)[:LONGEST_NAME] or "none"


def told(result: ToolResult) -> str:
    return json.dumps({"error": result.error}, ensure_ascii=False) if result.error else shown(result.payload)


def failure_words(answer: Answer) -> str:
    code = answer.failure_code
    return WORDS.get(code) or ADVICE.get(code, "The language model gave no usable answer.")
