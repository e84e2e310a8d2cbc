"""The benchmark of the chat says which of its promises hold."""

from __future__ import annotations

from dataclasses import replace

from tradelab.chat_pace import ChatPace
from tradelab.management.commands.bench_chat import lines

GOOD = ChatPace(
    first_token_p50=3.1,
    first_token_p95=35.2,
    answers=100,
    streams=200,
    web_connections=10,
    page_p95=79.1,
    start_p95=59.3,
    start_most=64.2,
    starts=20,
    busy_runs=40,
)


def verdicts(found: ChatPace) -> list[str]:
    return [line.split()[0] for line in lines(found)]


def test_every_promise_has_its_verdict() -> None:
    assert verdicts(GOOD) == ["holds"] * 3
    assert "35.2 ms from the provider's first token" in next(lines(GOOD))
    assert verdicts(replace(GOOD, first_token_p95=150.0)) == ["MISSED", "holds", "holds"]
    assert verdicts(replace(GOOD, web_connections=11)) == ["holds", "MISSED", "holds"]
    assert verdicts(replace(GOOD, streams=199)) == ["holds", "MISSED", "holds"]
    assert verdicts(replace(GOOD, start_most=1000.1)) == ["holds", "holds", "MISSED"]
