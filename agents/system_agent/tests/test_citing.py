"""Citations become links to what the tools named; nothing else that a model wrote leads anywhere."""

from __future__ import annotations

import time

import pytest

from agents.system_agent.citing import cited
from agents.tools.payload import Link, Payload, Row, Unit, table_of

URL = "/models/3/r/7/?tab=decisions&step=14#decision"
RESULT = Payload(
    title="Found",
    tables=[
        table_of(
            "Trades",
            [("n", "N", Unit.COUNT)],
            [
                Row(values=[1], url=URL, cite="run 7 step 14"),
                Row(values=[2], url="/models/3/r/7/?step=2", cite="run 7 step 2"),
            ],
        )
    ],
    links=[Link(text="run 7", url="/models/3/r/7/")],
).to_json()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [run 7 step 14].", f"See [run 7 step 14]({URL})."),
        ("See [Run 7 Step 14].", f"See [Run 7 Step 14]({URL})."),
        ("See [step 14].", f"See [step 14]({URL})."),
        ("[run 7]", "[run 7](/models/3/r/7/)"),
        ("[run 8 step 1] and [step 99]", "run 8 step 1 and step 99"),
        (f"[that trade]({URL})", f"[that trade]({URL})"),
        ("[click](https://evil.example/?q=1)", "click"),
        ("[click](/logout/)", "click"),
        ("[click](javascript:alert(1))", "click"),
        ("![x](https://evil.example/p.png)", "x"),
        ("![run 7](/models/3/r/7/)", "run 7"),
        ("<https://evil.example/a> and https://evil.example/b, www.evil.example/c", "(address left out) and (address left out) (address left out)"),
        ("[a][b]\n\n[b]: https://evil.example/x", "[a][b]\n\n"),
        ("[ok]( /logout/ 'title')", "ok"),
        ("data://x and ftp://y", "(address left out) and (address left out)"),
        ("a [b] c", "a [b] c"),
        ("[a](/logout/" + "x" * 700 + ")", "[a] (/logout/" + "x" * 700 + ")"),
        ("\ue0000\ue001", ""),
    ],
)  # fmt: skip
def test_links(text: str, expected: str) -> None:
    assert cited(text, [RESULT]) == expected


def test_a_step_of_two_runs_is_not_guessed() -> None:
    other = Payload(
        title="Other",
        tables=[
            table_of(
                "T",
                [("n", "N", Unit.COUNT)],
                [Row(values=[1], url="/models/3/r/8/?step=14", cite="run 8 step 14")],
            )
        ],
    ).to_json()
    assert cited("[step 14]", [RESULT, other]) == "step 14"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000,
        "![" * 15_000,
        "[a](" * 8_000,
        "](" * 15_000,
        "[x]: " * 6_000,
        "a://" * 8_000,
        "<" * 30_000,
    ],
)
def test_nonsense_is_read_in_time(text: str) -> None:
    began = time.monotonic()
    cited(text, [RESULT])
    assert time.monotonic() - began < 5


def test_a_run_of_two_models_is_named_with_its_model() -> None:
    rows = [
        Row(values=[1], url=f"/models/{model}/r/1/", cite=f"run 1 of {name}")
        for model, name in ((3, "Momentum on SPY"), (4, "Mean (2) *reversion*"))
    ]
    links = [Link(text="run 1", url=row.url or "") for row in rows]
    found = [Payload(title="Runs", tables=[table_of("Runs", [("n", "N", Unit.COUNT)], rows)], links=links)]
    text = "[run 1 of Momentum on SPY], [run 1 of Mean (2) *reversion*], [run 1], [run 1 of Another]"
    assert cited(text, [payload.to_json() for payload in found]) == (
        "[run 1 of Momentum on SPY](/models/3/r/1/), [run 1 of Mean (2) *reversion*](/models/4/r/1/), "
        "run 1, run 1 of Another"
    )
