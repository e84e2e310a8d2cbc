"""Nothing at all is opened while this rule is on."""

from __future__ import annotations

from collections.abc import Sequence

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation


class Params(RuleParams):
    """Nothing to set."""


def says(params: Params) -> str:
    return "Kill switch: open nothing while this rule is on."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    return (Violation("KILL_SWITCH", "The kill switch is on, so nothing is opened."),)


def problem_of(params: Params) -> str | None:
    return "While it is on, nothing is opened."


KIND = Kind(
    name="kill_switch",
    title="Kill switch",
    category="emergency",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE, Verb.STOP_TRADING),
    codes={"KILL_SWITCH": "The kill switch is on."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
