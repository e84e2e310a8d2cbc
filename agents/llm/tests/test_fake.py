"""The scripted endpoint itself, asked with the SDK as anybody would."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from typing import Any

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import FakeServer, serving
from tradelab.env import BASE_DIR

MESSAGES: Any = [
    {"role": "system", "content": "You are tried out. " * 200},
    {"role": "user", "content": "Well?"},
]


class Form(BaseModel):
    word: str
    choice: bool
    number: int


@pytest.fixture
def client(fakellm: FakeServer) -> OpenAI:
    return OpenAI(base_url=fakellm.base_url, api_key="any", max_retries=0, timeout=5)


def control(server: FakeServer, **wanted: Any) -> dict[str, Any]:
    url = server.base_url.removesuffix("/v1") + "/control"
    request = urllib.request.Request(url, json.dumps(wanted).encode() if wanted else None)
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_it_parses_into_the_sdks_types(client: OpenAI) -> None:
    whole = client.chat.completions.parse(model="scripted", messages=MESSAGES, response_format=Form)
    assert isinstance(whole.choices[0].message.parsed, Form)
    assert whole.usage is not None
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    assert [model.id for model in client.models.list()] == ["scripted"]


def test_it_streams_text_tools_and_usage(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="scripted", messages=MESSAGES, response_format=Form, stream_options={"include_usage": True}
    ) as stream:
        events = [event.type for event in stream]
        final = stream.get_final_completion()
    assert events.count("content.delta") > 3
    assert final.choices[0].finish_reason == "stop"
    assert final.usage is not None
    tool: Any = openai.pydantic_function_tool(Form, name="form")
    with client.chat.completions.stream(
        model="scripted",
        messages=MESSAGES,
        tools=[tool],
        tool_choice={"type": "function", "function": {"name": "form"}},
    ) as called:
        answer = called.get_final_completion().choices[0]
    assert answer.finish_reason == "tool_calls"
    assert answer.message.tool_calls
    assert Form.model_validate_json(answer.message.tool_calls[0].function.arguments)


def test_it_counts_what_an_earlier_request_began_with_as_cached(client: OpenAI) -> None:
    for text in ("Bar 1", "Bar 2"):
        messages: Any = [MESSAGES[0], {"role": "user", "content": text}]
        usage = client.chat.completions.create(model="scripted", messages=messages).usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == 896  # 3800 characters are 950 tokens: seven times 128


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("error", openai.InternalServerError),
        ("rate_limited", openai.RateLimitError),
        ("unauthorised", openai.AuthenticationError),
        ("not_found", openai.NotFoundError),
        ("bad_request", openai.BadRequestError),
        ("nonsense", openai.NotFoundError),
    ],
)
def test_it_fails_as_told(client: OpenAI, behaviour: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        client.chat.completions.create(model=f"scripted:{behaviour}", messages=MESSAGES)


def test_it_fails_as_often_as_told(client: OpenAI) -> None:
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model="scripted:error=2", messages=MESSAGES)
    assert client.chat.completions.create(model="scripted:error=2", messages=MESSAGES).choices


def test_it_is_told_what_to_do_and_asked_what_it_did(client: OpenAI, fakellm: FakeServer) -> None:
    control(fakellm, answers=["BUY 1,000", "$2,000 worth"])
    said = [
        client.chat.completions.create(model="scripted", messages=MESSAGES).choices[0].message.content
        for _ in "ab"
    ]
    assert said == ["BUY 1,000", "$2,000 worth"]
    control(fakellm, behaviour="error=1")
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="scripted", messages=MESSAGES)
    report = control(fakellm)
    assert (report["calls"], report["answered"], report["in_flight"]) == (3, 2, 0)
    assert control(fakellm, reset=True)["calls"] == 0


def test_an_unknown_behaviour_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no behaviour 'nice'.*latency"):
        Behaviour.of("scripted:nice")


def test_the_command_serves_until_it_is_told_to_end() -> None:
    command = [sys.executable, "manage.py", "fakellm", "--port", "0", "--behaviour", "latency=0.01"]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        client = OpenAI(base_url=address, api_key="any")
        assert client.chat.completions.create(model="scripted", messages=MESSAGES).choices
        process.terminate()
        assert "Ended after 1 calls" in process.stdout.read()
        assert process.wait(5) == 0


def test_the_command_serves_on_when_nobody_reads_what_it_says() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [sys.executable, "manage.py", "fakellm", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        client = OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="any", max_retries=20)
        assert client.chat.completions.create(model="scripted", messages=MESSAGES).choices
        process.terminate()
        assert process.stderr.read() == ""
        assert process.wait(5) == 0


def test_many_wait_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with serving() as server, ThreadPoolExecutor(20) as pool:
        client = OpenAI(base_url=server.base_url, api_key="any", timeout=10)
        answers = pool.map(
            lambda _: client.chat.completions.create(model="scripted:latency=0.3", messages=MESSAGES),
            range(20),
        )
        assert len(list(answers)) == 20
        assert server.state.most_in_flight > 10
