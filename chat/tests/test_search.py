from __future__ import annotations

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
