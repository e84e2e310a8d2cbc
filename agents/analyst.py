"""The door to the analyst: who answers a turn, asked through the journal that keeps the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User

from agents.llm.endpoint import journal_outside
from agents.llm.journal import Journal
from agents.llm.types import Ask, StopAsked
from agents.system_agent.builtin import answer_built_in
from agents.system_agent.events import Choice, Done, Failure, TurnEvent, TurnRequest
from agents.system_agent.turn import Turn
from agents.system_agent.voice import Telling
from agents.tools.base import Asking
from core.errors import UserError
from core.rls import acting_as
from runs.selectors import access_run

MOST_ATTEMPTS = 2  # somebody is waiting


def answer(request: TurnRequest, stop: Callable[[], bool]) -> Iterator[TurnEvent]:
    """Answer one question, with the user it belongs to as the acting one; no transaction is open while anybody thinks.

    `stop` is asked between pieces and once a second; once it is true, what was said so far stands, and the turn ends.
    """
    try:
        asking = asking_of(request)
        voice = voice_open(asking.user, request.choice, stop) if request.choice else None
    except UserError as error:
        yield Failure(error.code, error.message)
        yield Done(is_partial=True)
        return
    if voice is None:
        yield from answer_built_in(request, asking, stop)
    else:
        yield from Turn(request, asking, voice, stop).events()


def asking_of(request: TurnRequest) -> Asking:
    """Who asks about what. Raises Forbidden for what is absent or foreign."""
    scope, user = request.scope, User.objects.get(pk=request.user_id)
    model_id = scope.model_id
    if scope.run_id is not None:
        with acting_as(user.pk):
            model_id = access_run(user, scope.run_id).model_id
    return Asking(user, model_id, scope.run_id)


@dataclass
class JournalVoice:
    """A language model as the analyst knows it."""

    journal: Journal

    @property
    def name(self) -> str:
        return self.journal.endpoint.model

    def tell(self, ask: Ask) -> Telling:
        return self.journal.tell(ask)


def voice_open(user: User, choice: Choice, stop: Callable[[], bool]) -> JournalVoice:
    """The endpoint that was chosen, within the user's caps of the day.

    Raises UserError when it can't be asked at all.
    """

    def guard() -> None:
        if stop():
            raise StopAsked

    journal = journal_outside(
        user, endpoint=choice.endpoint, ai_model=choice.ai_model, most_attempts=MOST_ATTEMPTS
    )
    journal.guard = guard
    return JournalVoice(journal)
