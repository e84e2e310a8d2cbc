"""Our retries as a table: what follows what."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from agents.llm.attempts import Again, Done, GiveUp, Move, Otherwise, next_move
from agents.llm.failures import failure_of_status, retry_after_of, scrub
from agents.llm.requests import body_of
from agents.llm.tests.asking import ask_of
from agents.llm.types import Endpoint, Failure, StructuredMode
from agents.llm.wire import Received

HERE = Endpoint(id=1, base_url="http://127.0.0.1:9/v1", model="m")


def after(failure: Failure, tries: int = 1, endpoint: Endpoint = HERE, **fields: Any) -> Move:
    body = body_of(endpoint, ask_of(), endpoint.structured_mode)
    received = Received(failure=failure, **fields)
    return next_move(received, tries=tries, most=3, endpoint=endpoint, body=body, random=Random(1))


def test_an_answer_is_an_answer() -> None:
    assert after(Failure.OK) == Done()


@pytest.mark.parametrize("failure", [Failure.RATE_LIMITED, Failure.PROVIDER_ERROR, Failure.UNREACHABLE])
def test_what_passes_is_tried_three_times_with_growing_waits_then_given_up_for_a_while(
    failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.llm.attempts.FIRST_WAIT_SECONDS", 0.5)
    first, second = after(failure, 1), after(failure, 2)
    assert isinstance(first, Again)
    assert isinstance(second, Again)
    assert 0.3 < first.seconds < 0.7 < second.seconds < 1.4
    third = after(failure, 3)
    assert isinstance(third, GiveUp)
    assert third.seconds is not None


@pytest.mark.parametrize("failure", [Failure.TIMEOUT, Failure.CUT])
def test_what_may_have_been_paid_for_is_tried_once_more_and_then_is_no_answer(failure: Failure) -> None:
    assert isinstance(after(failure, 1), Again)
    assert after(failure, 2) == Done()


def test_an_answer_cut_at_its_greatest_length_is_not_tried_again() -> None:
    assert after(Failure.CUT, finish_reason="length") == Done()


@pytest.mark.parametrize("failure", [Failure.REFUSAL, Failure.EMPTY, Failure.BAD_REQUEST])
def test_what_would_be_the_same_again_is_settled(failure: Failure) -> None:
    assert after(failure, error="no") == Done()


@pytest.mark.parametrize("failure", [Failure.NO_CREDIT, Failure.AUTH, Failure.NOT_ALLOWED, Failure.NOT_FOUND])
def test_what_somebody_has_to_put_right_waits_for_somebody(failure: Failure) -> None:
    move = after(failure, error="Insufficient credits.")
    assert isinstance(move, GiveUp)
    assert move.seconds is None
    assert move.message.endswith("It says: Insufficient credits.")


def test_the_provider_says_how_long_to_wait() -> None:
    assert after(Failure.RATE_LIMITED, retry_after=7.0) == Again(7.0)
    move = after(Failure.RATE_LIMITED, retry_after=90.0)
    assert isinstance(move, GiveUp)
    assert move.seconds == 90.0


@pytest.mark.parametrize(
    ("error", "quirks", "mode"),
    [
        ("Unknown parameter: 'stream_options'.", {"stream_options"}, StructuredMode.UNKNOWN),
        ("streaming is not supported", {"stream"}, StructuredMode.UNKNOWN),
        ("'response_format' of type 'json_schema' is not supported", set(), StructuredMode.JSON_OBJECT),
        ("Invalid schema for response_format", set(), StructuredMode.JSON_OBJECT),
    ],
)
def test_what_an_endpoint_does_not_know_is_left_out(
    error: str, quirks: set[str], mode: StructuredMode
) -> None:
    move = after(Failure.BAD_REQUEST, error=error)
    assert isinstance(move, Otherwise)
    assert (move.endpoint.quirks, move.endpoint.structured_mode) == (quirks, mode)


def test_an_endpoint_that_knows_no_way_to_json_is_not_asked_for_ever() -> None:
    endpoint = Endpoint(id=1, base_url=HERE.base_url, model="m", structured_mode=StructuredMode.TOOL)
    assert after(Failure.BAD_REQUEST, endpoint=endpoint, error="tools are not supported") == Done()


@pytest.mark.parametrize(
    ("status", "words", "failure"),
    [
        (400, "", Failure.BAD_REQUEST),
        (401, "", Failure.AUTH),
        (402, "", Failure.NO_CREDIT),
        (403, "", Failure.AUTH),
        (403, "Insufficient credits", Failure.NO_CREDIT),
        (404, "", Failure.NOT_FOUND),
        (408, "", Failure.TIMEOUT),
        (422, "", Failure.BAD_REQUEST),
        (429, "Rate limit reached", Failure.RATE_LIMITED),
        (429, "{'code': 'insufficient_quota'}", Failure.NO_CREDIT),
        (500, "", Failure.PROVIDER_ERROR),
        (529, "", Failure.PROVIDER_ERROR),
    ],
)
def test_every_status_has_its_code(status: int, words: str, failure: Failure) -> None:
    assert failure_of_status(status, words) == failure


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400.0),
        ({"retry-after": "1e300"}, 86_400.0),
        ({"retry-after": "inf"}, 86_400.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "nan", "retry-after": "3"}, 3.0),
        ({"retry-after-ms": "soon"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_waits_are_read_in_every_spelling(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_of(headers) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abcd1234.",
        "Incorrect API key provided: my-own-key.",
        "header was Authorization: Bearer abcdef",
    ],
)
def test_what_providers_repeat_of_a_key_is_blanked(text: str) -> None:
    said = scrub(text, "my-own-key")
    assert "…" in said
    assert not any(secret in said for secret in ("sk-proj", "my-own-key", "abcdef"))
