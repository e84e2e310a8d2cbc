"""How an endpoint is made to answer in JSON, and what it says about itself."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.llm.fake.server import FakeServer
from agents.llm.tests.asking import Form, ask_of, journal_at
from agents.llm.types import StructuredMode
from profiles.llm.models import LLMPrice
from profiles.llm.services import endpoint_create
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import (
    is_request_intact,
    used_by_run,
)
from runs.models import Run


@pytest.mark.parametrize(
    ("behaviour", "mode", "calls"),
    [
        ("", StructuredMode.JSON_SCHEMA, 1),
        ("no_schema", StructuredMode.JSON_OBJECT, 2),
        ("no_json", StructuredMode.TOOL, 3),
    ],
)
def test_the_way_to_json_is_found_and_remembered(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str, mode: StructuredMode, calls: int
) -> None:
    row = endpoint_create(alice, name="Mine", base_url=fakellm.base_url)
    journal = journal_at(fakellm, alice, behaviour, run=run, endpoint={"id": row.pk})
    answer = journal.ask(ask_of())
    assert Form.model_validate_json(answer.text)
    assert answer.attempts == fakellm.state.report()["calls"] == calls
    row.refresh_from_db()
    assert row.structured_modes == {journal.endpoint.model: mode}
    journal.ask(ask_of(2))
    assert fakellm.state.report()["calls"] == calls + 1, "it is asked the right way at once"
    assert LLMCall.objects.order_by("-id")[0].structured_mode == mode
    for call in LLMCall.objects.all():
        assert is_request_intact(call)


@pytest.mark.parametrize("behaviour", ["no_stream", "no_stream_options", "ignores_stream"])
def test_an_endpoint_that_can_not_stream_answers_all_the_same(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str
) -> None:
    row = endpoint_create(alice, name="Mine", base_url=fakellm.base_url)
    answer = journal_at(fakellm, alice, behaviour, run=run, endpoint={"id": row.pk}).ask(ask_of())
    assert Form.model_validate_json(answer.text)
    row.refresh_from_db()
    assert row.quirks == ([] if behaviour == "ignores_stream" else [behaviour.removeprefix("no_")])


def test_usage_that_is_not_told_is_unknown_and_not_zero(alice: User, run: Run, fakellm: FakeServer) -> None:
    LLMPrice.objects.create(model="scripted:no_usage", input_per_million=1, output_per_million=4)
    answer = journal_at(fakellm, alice, "no_usage", run=run).ask(ask_of())
    assert (answer.usage.input, answer.usage.output, answer.cost) == (None, None, None)
    used = used_by_run(alice.pk, run.pk)
    assert used.tokens > 400
    assert used.cost > 0, "caps count what was expected"
    assert used.known_cost is None


def test_a_price_that_nobody_knows_is_unknown_and_not_zero(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    answer = journal_at(fakellm, alice, run=run).ask(ask_of())
    assert answer.cost is None
    assert answer.usage.input
    assert used_by_run(alice.pk, run.pk).known_cost is None
