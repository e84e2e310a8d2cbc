"""`bench session` on the command line: what it takes, and what it says of what it does not take."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

ROWS = 40
START = 1_704_205_800


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """Closes that rise by a cent a minute."""
    rows = [
        f"{START + 60 * place},{10 + place / 100:.2f},{10.5 + place / 100:.2f},9.5,{10 + place / 100:.2f},1000"
        for place in range(ROWS)
    ]
    path = tmp_path / "bars.csv"
    path.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]) + "\n")
    return path


def session(bars: Path, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("bench", "session", "--bars", str(bars), *arguments, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_a_hundred_shares_are_bought_where_no_size_is_told(bars: Path) -> None:
    # Bought at the second open, 10.01, for a dollar, and worth the last close, 10.39.
    assert session(bars, "--decider", "buy_and_hold")["final_equity"] == "1000037"
    assert session(bars, "--decider", "buy_and_hold", "--quantity", "10")["final_equity"] == "1000002.8"


def test_a_share_of_equity_is_not_overruled_by_the_usual_size(bars: Path) -> None:
    found = session(bars, "--decider", "buy_and_hold", "--param", "equity_percent=10")
    assert float(found["final_equity"]) > 1_003_000  # some 9,990 shares


def test_a_decider_without_a_size_runs_too(bars: Path) -> None:
    found = session(bars, "--decider", "hold")
    assert (found["bars"], found["orders"], found["final_equity"]) == (ROWS, 0, "1000000")


def test_several_names_of_the_bars_share_the_money_of_all(bars: Path) -> None:
    found = session(bars, "--decider", "buy_and_hold", "--symbols", "10", "--fee-per-order", "0.35")
    assert (found["bars"], found["orders"], found["final_equity"]) == (10 * ROWS, 10, "10000376.5")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--symbols", "0"], "--symbols should be at least 1, was 0"),
        (["--cash", "0"], "--cash should be above 0"),
        (["--cash", "NaN"], "an amount from 0 to 1,000,000,000,000 is wanted, found 'NaN'"),
        (["--fee-per-order=-1"], "found '-1'"),
        (["--fee-per-order", "Infinity"], "found 'Infinity'"),
        (["--fee-per-order", "much"], "an amount is wanted, found 'much'"),
        (["--quantity", "0"], "quantity: Input should be greater than or equal to 1"),
        (["--param", "fast=30"], "fast should be below slow"),
        (["--param", "pace=1"], "It knows: quantity, equity_percent, fast, slow"),
        (["--param", "fast"], "name=value"),
        (["--decider", "oracle"], "Decider should be one of"),
        (["--decider", "hold", "--quantity", "5"], "hold can't use these parameters"),
    ],
)
def test_says_what_is_wrong_with_an_option(bars: Path, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError) as refusal:
        session(bars, *arguments)
    assert told in str(refusal.value)


def test_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("timestamp,open,high,low,close,volume\n")
    with pytest.raises(CommandError, match=r"none\.csv has no bars"):
        session(path)
    with pytest.raises(CommandError, match="There is no file"):
        session(tmp_path)
