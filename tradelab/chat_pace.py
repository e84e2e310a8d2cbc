"""How the chat holds up: the first token on its way to the page, many open streams, and turns beside busy runs."""

from __future__ import annotations

import asyncio
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from agents.demo import demo_request
from agents.services import session_start
from chat.models import ACTIVE_TURNS, Turn
from chat.services import analyst_update, message_send, turn_stop
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.services import model_update, user_sign_up
from runs.models import ACTIVE_STATES, Run
from runs.services import run_stop
from tradelab import stack
from tradelab.chat_viewers import PATIENCE, Crowd, Watched, first_tokens, page_seconds
from tradelab.management.commands.run import wait_for_page
from tradelab.services.processes import stop

PEOPLE, ROUNDS = 20, 5
STREAMS, PAGES = 200, 40
BUSY_RUNS, BESIDE = 40, 20
WEB_NAME = "bench-web"  # of the web process's connections


@dataclass(frozen=True, slots=True)
class ChatPace:
    """Milliseconds, and how many there were of each."""

    first_token_p50: float
    first_token_p95: float
    answers: int
    streams: int
    web_connections: int
    page_p95: float
    start_p95: float
    start_most: float
    starts: int
    busy_runs: int


@dataclass(frozen=True, slots=True)
class Person:
    user: User
    session: str


def chat_pace(owner: User, port: int) -> ChatPace:
    with provider() as urls, running(port):
        people = [person_make(number, *urls) for number in range(PEOPLE)]
        first_seconds(people, port)  # warms everything up
        delays = [seconds for _ in range(ROUNDS) for seconds in first_seconds(people, port)]
        connections, pages = while_watched(people, port)
        starts = starts_beside_runs(owner, people)
    return ChatPace(
        first_token_p50=ms(statistics.median(delays)),
        first_token_p95=ms(p95(delays)),
        answers=len(delays),
        streams=STREAMS,
        web_connections=connections,
        page_p95=ms(p95(pages)),
        start_p95=ms(p95(starts)),
        start_most=ms(max(starts)),
        starts=len(starts),
        busy_runs=BUSY_RUNS,
    )


@contextmanager
def provider() -> Iterator[tuple[str, str]]:
    """The provider in a process of its own; yields the addresses of a usual and of a slow one."""
    command = [sys.executable, "-m", "tradelab.chat_provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR) as process:  # noqa: S603  (our own program)
        assert process.stdout is not None
        try:
            usual, slow = process.stdout.readline().split()
            yield f"http://127.0.0.1:{usual}/v1", f"http://127.0.0.1:{slow}/v1"
        finally:
            process.terminate()


@contextmanager
def running(port: int) -> Iterator[None]:
    """One web process and one worker of the chat."""
    os.environ["PGAPPNAME"] = WEB_NAME
    web = stack.start_web("127.0.0.1", port)
    del os.environ["PGAPPNAME"]
    worker = stack.start_waiting_worker("chat", settings.CHAT_THREADS)
    try:
        wait_for_page(f"http://127.0.0.1:{port}/healthz", web)
        yield
    finally:
        stop([web, worker], seconds=stack.STOP_SECONDS)


def person_make(number: int, usual_url: str, slow_url: str) -> Person:
    user = user_sign_up(username=f"person{number}", password="Long-enough-17")  # noqa: S106  (nobody's)
    client = Client()
    with acting_as(user.pk):
        endpoint_create(user, name="Usual", base_url=usual_url, ai_models=["clock"], is_default=True)
        endpoint_create(user, name="Slow", base_url=slow_url, ai_models=["clock"])
        client.force_login(user)
    return Person(user, client.cookies[settings.SESSION_COOKIE_NAME].value)


def ask(person: Person) -> Turn:
    with acting_as(person.user.pk):
        return message_send(person.user, text="How did it go?").turn


def first_seconds(people: Sequence[Person], port: int) -> list[float]:
    """From the provider's first token to the page, of a question by everybody at once."""
    watched = [Watched(port, ask(person).pk, person.session) for person in people]
    found = asyncio.run(first_tokens(watched))
    eventually(partial(nobody_is_answered, people))
    return found


def while_watched(people: Sequence[Person], port: int) -> tuple[int, list[float]]:
    """Connections of the web process while all streams are open, and what pages take then."""
    turns = []
    for person in people:
        with acting_as(person.user.pk):
            analyst_update(person.user, answerer="endpoint", endpoint="Slow")
        turns.append(ask(person))
    watched = [
        Watched(port, turn.pk, person.session)
        for turn, person in zip(turns, people, strict=True)
        for _ in range(STREAMS // PEOPLE)
    ]
    found = asyncio.run(crowd_look(watched))
    for turn, person in zip(turns, people, strict=True):
        with acting_as(person.user.pk):
            turn_stop(person.user, turn.pk)
            analyst_update(person.user, answerer="built_in")
    eventually(partial(nobody_is_answered, people))
    return found


async def crowd_look(watched: Sequence[Watched]) -> tuple[int, list[float]]:
    async with Crowd(watched):
        pages = [await page_seconds(watched[number % len(watched)], "/chat/") for number in range(PAGES)]
        return await sync_to_async(web_connections)(), pages


def web_connections() -> int:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [WEB_NAME])
            return int(cursor.fetchone()[0])
    finally:
        connection.close()  # of the thread that asked


def starts_beside_runs(owner: User, people: Sequence[Person]) -> list[float]:
    """Seconds from a question to its worker, while other workers have more runs than they can take."""
    worker = stack.start_worker("runs,beat", settings.RUNS_WORKERS)
    try:
        begin_runs(owner)
        eventually(lambda: runs_active(owner) < BUSY_RUNS)  # the first has been done: they are at work
        turns = [(person, asked_and_answered(person)) for person in people[:BESIDE]]
        assert runs_active(owner), "the runs should outlast the questions"
    finally:
        end_runs(owner)
        stop([worker], seconds=stack.STOP_SECONDS)
    return [seconds for _, seconds in turns]


def asked_and_answered(person: Person) -> float:
    turn = ask(person)
    eventually(partial(nobody_is_answered, [person]))
    with acting_as(person.user.pk):
        turn.refresh_from_db()
    assert turn.started_at is not None
    return (turn.started_at - turn.created_at).total_seconds()


def begin_runs(owner: User) -> None:
    request = replace(demo_request(owner), steps_per_second=None)
    with acting_as(owner.pk):
        model_update(owner, request.model_id, max_concurrent_runs=50)
    for _ in range(BUSY_RUNS):
        with acting_as(owner.pk):
            session_start(owner, request)


def runs_active(owner: User) -> int:
    with acting_as(owner.pk):
        return Run.objects.owned_by(owner).filter(state__in=ACTIVE_STATES).count()


def end_runs(owner: User) -> None:
    with acting_as(owner.pk):
        for run in Run.objects.owned_by(owner).filter(state__in=ACTIVE_STATES):
            run_stop(owner, run.pk)


def nobody_is_answered(people: Sequence[Person]) -> bool:
    return not any(is_answered(person) for person in people)


def is_answered(person: Person) -> bool:
    with acting_as(person.user.pk):
        return Turn.objects.owned_by(person.user).filter(state__in=ACTIVE_TURNS).exists()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come true in time")
        time.sleep(0.05)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
