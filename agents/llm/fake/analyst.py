"""The sensible analyst behind the scripted endpoint: asks for the tools that a question wants, and reports what they found.

What it answers follows from the request alone, so that a repeated turn is answered the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CHECK = "CHECK:"  # how the house begins when it speaks in the user's place
INVENTED = "By my own reckoning that is $123,456.78."
FORGED = ("delete_run", '{"run_id": 1}')
MOST_FACTS, MOST_ROWS = 12, 3
GREETING = "Ask me about a run: why it lost, its best and worst trades, or which rule would have helped."
# What is asked about, and what to look at. The first that fits counts.
PLANS: Sequence[tuple[str, Sequence[tuple[str, Mapping[str, Any]]]]] = (
    (r"\bsuggest\b|\brule\b", [("suggest_rules", {})]),
    (r"\bagain\b|\brerun\b", [("propose_run", {})]),
    (r"\binstructions\b", [("propose_instructions", {"text": "Trade less, and only with the trend."})]),
    (r"\bwhat would\b|\bwhat if\b|\bcap\b", [("what_if", {"rules": [{"kind": "max_position_percent", "params": {"percent": 20}}]})]),
    (r"\bcompare\b", [("compare_runs", {})]),
    (r"\bdrawdown\b", [("explain_drawdown", {})]),
    (r"\bwhy\b|\blos[et]\b|\btrades?\b", [("analyze_trades", {"group_by": "symbol"}), ("explain_drawdown", {})]),
    (r"\bhow did\b|\bmetrics\b|\bsharpe\b|\breturn\b", [("calculate_metrics", {})]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """What it says: words, or tools that it wants used, each with arguments in JSON."""

    text: str
    calls: Sequence[tuple[str, str]] = ()


def is_conversation(request: Mapping[str, Any]) -> bool:
    """Whether tools may be used, without one being insisted on."""
    messages = request.get("messages", [])
    has_used = any(message.get("role") == "tool" for message in messages)
    return bool(request.get("tools") or has_used) and not isinstance(request.get("tool_choice"), dict)


def speak(request: Mapping[str, Any], takes: Callable[[str], bool]) -> Spoken:
    """`takes` says which misbehaviour is due."""
    messages = [message for message in request["messages"] if not is_check(message)]
    offered = {tool["function"]["name"] for tool in request.get("tools") or ()}
    results = results_since_question(messages)
    if offered and takes("loops"):
        return Spoken("", [("calculate_metrics", "{}")])
    if offered and not results:
        if takes("forges"):
            return Spoken("", [FORGED])
        if takes("bad_arguments"):
            return Spoken("", [("analyze_trades", '{"run_id": "all", ')])
        calls = [
            (name, json.dumps(arguments))
            for name, arguments in plan(question_of(messages))
            if name in offered
        ]
        if calls:
            return Spoken("Let me look.", calls)
    if offered and (following := follow_up(results)):
        return Spoken("", [following])
    text = report(results) if results else GREETING
    return Spoken(f"{text}\n\n{INVENTED}" if takes("invents") else text)


def is_check(message: Mapping[str, Any]) -> bool:
    return message.get("role") == "user" and str(message.get("content")).startswith(CHECK)


def question_of(messages: Sequence[Mapping[str, Any]]) -> str:
    asked = [str(message["content"]) for message in messages if message["role"] == "user"]
    return asked[-1] if asked else ""


def results_since_question(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What the tools of this turn brought, each with its name."""
    last = max((place for place, message in enumerate(messages) if message["role"] == "user"), default=0)
    names = {
        call["id"]: call["function"]["name"]
        for message in messages[last:]
        for call in message.get("tool_calls") or ()
    }
    return [
        (names.get(message["tool_call_id"], ""), json.loads(message["content"]))
        for message in messages[last:]
        if message["role"] == "tool"
    ]


def plan(question: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    return next((calls for pattern, calls in PLANS if re.search(pattern, question, re.IGNORECASE)), ())


def follow_up(results: Sequence[tuple[str, dict[str, Any]]]) -> tuple[str, str] | None:
    """After suggestions, a proposal of the first."""
    if not results or results[-1][0] != "suggest_rules":
        return None
    for table in results[-1][1].get("tables", ()):
        if table["title"] == "Suggested rules" and table["rows"]:
            row = dict(zip(table["columns"], table["rows"][0], strict=True))
            return "propose_rule", json.dumps({"kind": row["Kind"], "params": json.loads(row["Parameters"])})
    return None


def report(results: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """The first figures and rows of everything that was found, in words."""
    return "\n\n".join(passage(found) for _, found in results)


def passage(found: Mapping[str, Any]) -> str:
    if "error" in found:
        return f"That could not be found out: {found['error']}"
    facts = list(found.get("facts", {}).items())[:MOST_FACTS]
    lines = [f"- {label}: {value}" for label, value in facts if len(value) < 200]
    for table in found.get("tables", ()):
        if table["columns"][0] == "cite as":
            lines += [f"- {row[0]} {row[1]}, {row[2]}" for row in table["rows"][:MOST_ROWS]]
    return "\n".join([f"**{found['title']}**", "", *lines])
