"""What a Model's execution settings may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profiles.execution.catalogue import BY_NAME
from trading.settings import ExecutionSettings

FOLLOWING = {
    "account_type": "the Model's margin account",
    "leverage": "the Model's style",
    "daily_bars": "the run's mode",
}


def execution_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a Model's execution settings, by name."""
    problems = {}
    for name, value in values.items():
        if name in FOLLOWING:
            problems[name] = f"{name} is not set here: it follows from {FOLLOWING[name]}."
        elif name not in BY_NAME:
            problems[name] = f"There is no execution setting {name}; there are {', '.join(BY_NAME)}."
        elif problem := BY_NAME[name].problem(value):
            problems[name] = problem
    if not problems:
        try:
            ExecutionSettings.from_json(values)
        except (ValueError, TypeError, ArithmeticError) as error:
            problems["maintenance_margin"] = f"{error}."
    return problems
