"""Arguments of commands that can't be meant are refused in words."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    "command",
    [
        ["run", "--port", "70000"],
        ["fakellm", "--port", "-1"],
        ["seed_runs", "--runs", "0"],
        ["seed_runs", "--entries", "x"],
        ["bench_fleet", "--runs", "-1"],
        ["create_sample_market", "--days", "9" * 5000],
    ],
    ids=lambda command: " ".join(command)[:40],
)
def test_a_number_out_of_reach_says_what_is_wanted(command: list[str]) -> None:
    wanted = rf"{command[1]}: should be a whole number from \d+ to \d+, was {command[2][:40]}$"
    with pytest.raises(CommandError, match=wanted):
        call_command(*command)
