"""The journal: whoever asks a language model asks here, and pays once.

An answer is stored before it is returned, so a run that resumes gets the answer that it had. Every request is on record
before it is sent, so a worker that dies in between leaves the bill behind. Nothing here holds a transaction, or a
pooled connection, while a provider thinks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.utils import timezone

from agents.llm import loop, wire
from agents.llm.attempts import ADVICE, Again, GiveUp, Otherwise, next_move
from agents.llm.budget import Budget, Expected, used_so_far
from agents.llm.estimate import Estimator
from agents.llm.prices import Price
from agents.llm.question import (
    Bill,
    characters_in,
    given_answer,
    is_object,
    measured,
    measured_stop,
    question_of,
    said,
    stored_answer,
)
from agents.llm.rate import rate_limit
from agents.llm.requests import body_of, stable_positions
from agents.llm.types import (
    Answer,
    Ask,
    Endpoint,
    Failure,
    ProviderDown,
    Restart,
    StopAsked,
    StructuredMode,
)
from agents.llm.wire import Received
from core.rls import acting_as, committing_as
from core.turnstile import release_connection
from profiles.llm.services import endpoint_learn
from reasoning.calls.models import LLMAttempt
from reasoning.calls.request import part_hashes
from reasoning.calls.selectors import call_of
from reasoning.calls.services import (
    Answered,
    Measured,
    Question,
    attempt_begin,
    attempt_end,
    attempts_close,
    call_record,
)
from runs.services import LeaseLost

MOST_FAILED_IN_A_ROW = 3  # then the endpoint is at fault, not the question
LONGEST_HOLD_SECONDS = 60
ENDPOINTS_FAULT = {Failure.TIMEOUT, Failure.BAD_REQUEST}
Telling = Generator[str | Restart, None, Answer]
Lookout = Callable[[Callable[[BaseException], None]], AbstractContextManager[None]]


@dataclass
class Sent:
    """A request that is in flight."""

    body: Mapping[str, Any]
    expected: Expected
    attempt: LLMAttempt


@dataclass
class Journal:
    """Asks one endpoint for one run, or for a user outside of runs. For one thread."""

    user: User
    run_id: int | None
    endpoint: Endpoint
    price: Price
    budget: Budget = field(default_factory=Budget)
    # Called before every request and every second of a wait, in a transaction that acts for the user; what it raises
    # closes the connection and goes through to the caller.
    guard: Callable[[], None] = lambda: None
    # Who looks after many at a time while they wait; without it each calls its guard.
    lookout: Lookout | None = None
    failed_in_a_row: int = 0  # of the run's newest questions
    most_attempts: int = field(default_factory=lambda: settings.LLM_ATTEMPTS)
    random: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        self.estimator = Estimator(self.price)
        self.learned = self.endpoint
        # Only what an earlier worker asked can be stored, and it asked in this order: after a miss, nothing more is.
        self.may_be_stored = self.run_id is not None
        self.known_parts: set[str] = set()

    def ask(self, ask: Ask) -> Answer:
        """Return the answer, stored or new; `failure_code` says when it is none that can be used.

        Raises BudgetReached and ProviderDown, after which the run pauses, LeaseLost, and whatever `guard` raises.
        """
        return loop.finished(self.tell(ask))

    def tell(self, ask: Ask) -> Telling:
        """The same for somebody who listens: gives the text of a streamed question as it comes, returns the answer."""
        question, tried = question_of(self.user.pk, self.run_id, self.endpoint, ask), 0
        if self.may_be_stored:
            with acting_as(self.user.pk):
                call = call_of(self.user.pk, question.ask_id)
                if call is not None:
                    return stored_answer(call)
                tried = attempts_close(question)
        answer = yield from self.ask_provider(question, ask, tried)
        self.may_be_stored = False
        self.watch(answer)
        return answer

    def ask_provider(self, question: Question, ask: Ask, tried: int) -> Telling:
        """Attempt until there is an answer or a reason why there is none; `tried` counts an earlier worker's attempts."""
        bill, tries = Bill(), 0
        asked_at, began = timezone.now(), time.monotonic()
        while True:
            sent = self.begin(question, ask, tried + bill.attempts + 1)
            received = yield from self.send(sent, is_heard=ask.is_streamed)
            took = measured(received, sent.expected, self.price)
            bill, tries = bill.plus(took), tries + 1
            move = next_move(
                received,
                tries=tries,
                most=self.most_attempts,
                endpoint=self.endpoint,
                body=sent.body,
                random=self.random,
            )
            if isinstance(move, Again | Otherwise | GiveUp):
                with acting_as(self.user.pk):
                    attempt_end(sent.attempt, took)
            if isinstance(move, GiveUp):
                raise self.down(move)
            if received.text and ask.is_streamed and isinstance(move, Again | Otherwise):
                yield Restart()
            if isinstance(move, Again):
                self.wait(received, move.seconds)
            elif isinstance(move, Otherwise):
                self.endpoint, tries = move.endpoint, tries - 1
            else:
                latency_ms = round((time.monotonic() - began) * 1000)
                answered = self.answered(ask, sent, received, bill, latency_ms, asked_at)
                return self.record(question, sent, received, took, answered)

    def begin(self, question: Question, ask: Ask, number: int) -> Sent:
        """Wait for a slot, look at the caps, and put the request on record. Raises BudgetReached."""
        rate = rate_limit()
        while wait := rate.take(self.endpoint.id, self.endpoint.calls_per_minute):
            self.sleep(wait)
        body = body_of(self.endpoint, ask, self.endpoint.structured_mode)
        expected = self.estimator.expect(characters_in(body))
        try:
            with committing_as(self.user.pk):
                self.guard()
                if not self.budget.is_unlimited:
                    now = timezone.now()
                    self.budget.check(*used_so_far(self.user.pk, self.run_id, now), expected, now)
                attempt = attempt_begin(question, number, tokens=expected.tokens, cost=expected.cost)
        except IntegrityError:
            raise LeaseLost from None  # another worker is just asking the same
        return Sent(body, expected, attempt)

    def beat(self) -> None:
        """The sign of life of somebody who waits."""
        with acting_as(self.user.pk):
            self.guard()
        release_connection()

    def send(self, sent: Sent, *, is_heard: bool) -> Generator[str, None, Received]:
        """Have the request sent and wait for what comes; a stop closes the connection and is put on the bill."""
        release_connection()
        endpoint, every = self.endpoint, settings.LLM_BEAT_SECONDS
        try:
            if is_heard:
                speak = partial(wire.send, endpoint, sent.body)
                return (yield from loop.listen(speak, beat=self.beat, every_seconds=every))
            # Another thread would not see what a transaction of ours holds.
            if self.lookout is not None and not connection.in_atomic_block:
                return loop.run_watched(wire.send(endpoint, sent.body), self.lookout)
            return loop.run(wire.send(endpoint, sent.body), beat=self.beat, every_seconds=every)
        except (StopAsked, GeneratorExit):
            with acting_as(self.user.pk):
                attempt_end(sent.attempt, measured_stop(sent.attempt.sent_at, sent.expected))
            raise

    def answered(
        self, ask: Ask, sent: Sent, received: Received, bill: Bill, latency_ms: int, asked_at: datetime
    ) -> Answered:
        return Answered(
            sequence=ask.sequence,
            endpoint_name=self.endpoint.name,
            structured_mode=self.mode if ask.schema else "",
            template=ask.template,
            template_version=ask.template_version,
            body=sent.body,
            stable=stable_positions(ask, self.endpoint.structured_mode),
            text=said(received),
            finish_reason=received.finish_reason,
            response_id=received.response_id,
            attempts=bill.attempts,
            cost=bill.cost,
            latency_ms=latency_ms,
            asked_at=asked_at,
        )

    def record(
        self, question: Question, sent: Sent, received: Received, took: Measured, answered: Answered
    ) -> Answer:
        """Store the answer with its last attempt, before anybody acts on it."""
        try:
            with committing_as(self.user.pk):
                attempt_end(sent.attempt, took)
                call = call_record(question, answered, took, self.known_parts)
                if answered.structured_mode and not received.failure and is_object(received.text):
                    self.learn()
        except IntegrityError:
            # A worker that lost this run meanwhile has answered the same question: its answer came first.
            with acting_as(self.user.pk):
                attempt_end(sent.attempt, took)
                first = call_of(self.user.pk, question.ask_id)
            assert first is not None, "the answer that stood in the way is there"
            return stored_answer(first)
        self.known_parts |= part_hashes(call.request_skeleton)
        self.estimator.learn(characters_in(sent.body), received.usage, took.cost)
        return given_answer(call, received, answered)

    @property
    def mode(self) -> StructuredMode:
        """How the endpoint is made to answer in JSON: unknown means that the first way is tried."""
        return self.endpoint.structured_mode or StructuredMode.JSON_SCHEMA

    def learn(self) -> None:
        """Remember what this endpoint understands, once it has answered."""
        if self.learned == self.endpoint and self.learned.structured_mode:
            return
        endpoint_learn(
            self.user,
            self.endpoint.id,
            ai_model=self.endpoint.model,
            structured_mode=self.mode,
            quirks=sorted(self.endpoint.quirks),
        )
        self.endpoint = self.learned = replace(self.endpoint, structured_mode=self.mode)

    def wait(self, received: Received, seconds: float) -> None:
        """Wait before another attempt; when the provider says so, for everybody who asks this endpoint."""
        if received.retry_after and received.failure is Failure.RATE_LIMITED:
            rate_limit().hold(self.endpoint.id, seconds)
        self.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        release_connection()
        loop.sleep(seconds, beat=self.beat, every_seconds=settings.LLM_BEAT_SECONDS)

    def down(self, move: GiveUp) -> ProviderDown:
        if move.seconds is None:
            return ProviderDown(move.code, move.message)
        if move.code is Failure.RATE_LIMITED:
            rate_limit().hold(self.endpoint.id, min(move.seconds, LONGEST_HOLD_SECONDS))
        return ProviderDown(
            move.code, move.message, retry_at=timezone.now() + timedelta(seconds=move.seconds)
        )

    def watch(self, answer: Answer) -> None:
        """Raises ProviderDown once the endpoint has failed again and again, whatever it was asked.

        The answer is on record by then, so the run goes on behind it.
        """
        code = answer.failure_code
        if code not in ENDPOINTS_FAULT:
            self.failed_in_a_row = 0
            return
        self.failed_in_a_row += 1
        if self.failed_in_a_row >= MOST_FAILED_IN_A_ROW:
            message = f"{ADVICE[code]} That was {self.failed_in_a_row} times in a row."
            at = timezone.now() if code is Failure.TIMEOUT else None
            raise ProviderDown(code, message, retry_at=at)
