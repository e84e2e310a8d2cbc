from __future__ import annotations

import time

import pytest

from chat.search import snippet_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Trades** of run 5\n- Equity: $1", "Trades of <mark>run</mark> 5 Equity: $1"),
        ("See [run 5](/models/3/r/5/), `max_loss`", "See <mark>run</mark> 5, max_loss"),
        ("| run | 3 - 2 |", "<mark>run</mark> 3 - 2"),
        ("[here](/run/)", ""),
    ],
)
def test_a_snippet_reads_as_the_answer_does(text: str, shown: str) -> None:
    assert snippet_of(text, ["run"]) == shown


@pytest.mark.parametrize("text", ["\n" * 30_000, " \n" * 15_000, "[" * 30_000, "[a](" * 7_500, "#" * 30_000])
def test_long_nonsense_is_searched_in_time(text: str) -> None:
    began = time.monotonic()
    assert snippet_of(text, ["nowhere"]) == ""
    assert time.monotonic() - began < 2
