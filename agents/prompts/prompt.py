"""Prompts of one run: what it is asked at each step, put together from stable, growing and changing text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agents.llm.types import Message
from agents.prompts.briefing import Setting, system_text
from agents.prompts.diary import BarLines, Happened, StepNote, decided_lines, flat, happened_lines
from agents.prompts.now import now_text, opening_words
from agents.prompts.template import Template
from market.asof import AsOfReader
from trading.ledger import Account
from trading.session import Approve

Messages = tuple[Message, ...]
Question = Literal["analysis", "decision", "reflection"]

MOST_REPEATED = 2_000  # characters of a bad answer that are shown to the model again
NO_PLAN = "none"


@dataclass
class Prompter:
    """Keeps the growing part of a run's prompts. Pure: it reads what it is handed and asks nobody else.

    The window of bars moves on in blocks of `bars_shown`: a prompt shows at least so many and less than twice as many, and
    most of the time begins exactly as the one before.
    """

    template: Template
    setting: Setting
    approve: Approve
    bars_shown: int
    notes: dict[int, StepNote] = field(default_factory=dict)  # of every finished step
    first_plan: str = ""

    def __post_init__(self) -> None:
        self._system = Message("system", system_text(self.template, self.setting), is_stable=True)
        self._lines = BarLines(self.setting.symbols, self.setting.indicators, is_daily=self.setting.is_daily)
        self._finished: list[str] = []  # a text for every finished step that was read
        self._base: tuple[float, ...] = ()
        self._newest = ""
        self._step = 0

    def see(self, reader: AsOfReader, step: int, happened: Happened) -> None:
        """Read the bars up to this step, the newest, in which this happened. Earlier steps have their notes by now."""
        if step == self._step:
            return
        base = self._lines.base(reader)
        if base != self._base:
            self._base, self._finished = base, []
        *before, newest = self._lines.read(reader, len(self._finished) + 1, step)
        for number, lines in enumerate(before, start=len(self._finished) + 1):
            note = self.notes[number]
            self._finished.append("\n".join((*lines, *happened_lines(note.happened), *decided_lines(note))))
        self._newest = "\n".join((*newest, *happened_lines(happened)))
        self._step = step

    def plan_before(self, step: int) -> str:
        """The plan that was in force when a step began."""
        changed = max(
            (number for number, note in self.notes.items() if note.plan and number < step), default=0
        )
        return self.notes[changed].plan if changed else self.first_plan

    def plan(self) -> Messages:
        """The question before the first bar."""
        clock, account = opening_words(self.setting)
        return self._system, Message("user", self.template.fill("plan", clock=clock, account=account))

    def ask(self, question: Question, account: Account, *, analysis: str = "", why: str = "") -> Messages:
        """A question at the newest step, after an analysis that was written at the same step."""
        first = first_shown(self._step, self.bars_shown)
        shown = [*self._finished[first - 1 :], self._newest]
        if analysis:
            shown.append(f"ANALYSIS: {flat(analysis)}")
        if self._step in self.notes:
            shown += decided_lines(self.notes[self._step])
        growing = self.template.fill(
            "bars",
            columns=self.setting.columns,
            plan=flat(self.plan_before(first)) or NO_PLAN,
            diary="\n".join(shown),
        )
        approve = None if question == "reflection" else self.approve
        changing = self.template.fill(question, now=now_text(self.setting, account, approve, why))
        return self._system, Message("user", f"{growing}\n{changing}")

    def repair(self, asked: Messages, answer: str, *, code: str, problem: str) -> Messages:
        """The same question again, after an answer that could not be used."""
        shown = answer[:MOST_REPEATED] or "(nothing)"
        again = self.template.fill("repair", code=code, problem=problem)
        return *asked, Message("assistant", shown), Message("user", again)


def first_shown(step: int, bars_shown: int) -> int:
    """The first step of the window at a step: it moves on in blocks."""
    return max(0, step // bars_shown - 1) * bars_shown + 1
