"""Single decisions, the reasoning behind them, denials, bars, and how things work."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.system_agent.builtin.base import Intent, Results, Use, always, tool, words
from agents.system_agent.builtin.reading import Row, bullets, paragraphs
from agents.tools.base import Asking

STEP = re.compile(r"\b(?:step|decision)\s+#?(\d{1,9})\b", re.IGNORECASE)
ORDER = re.compile(r"\border\s+#?(\d{1,9})\b", re.IGNORECASE)
CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)\b")
QUOTED = re.compile(r"[“\"']([^”\"']{2,80})[”\"']")
MENTION = re.compile(r"\b(?:about|of|mention(?:s|ed)?|say about|said about)\s+([\w -]{3,40})", re.IGNORECASE)
SYMBOL = re.compile(r"\b([A-Z]{1,6}(?:\.[A-Z])?)\b")
LONGEST = 300
MOST_LINES = 6
NO_SYMBOLS = frozenset({"I", "A", "ET", "AM", "PM", "AI", "VWAP", "RSI", "P", "L", "OK", "US", "UTC"})


def decision_uses(question: str, asking: Asking) -> Sequence[Use]:
    """By step, by order, or what was decided at a time."""
    if step := STEP.search(question):
        return [tool("get_decision", step=int(step[1]))] if int(step[1]) else []
    if order := ORDER.search(question):
        return [tool("get_decision", order_number=int(order[1]))] if int(order[1]) else []
    if clock := CLOCK.search(question):
        at = f"{int(clock[1]):02}:{clock[2]}"
        return [tool("get_reasoning", time_from=at, time_to=at, limit=5)]
    return [tool("get_reasoning", outcome="ordered", limit=5)]


def write_decision(results: Results) -> str:
    found = results.get("get_decision")
    if found is None:
        return write_reasoning(results)
    objections = [
        f"{row.said('code')} ({row.said('effect')}): {row.said('message')}"
        for row in found.rows("Limits that objected")
    ]
    fills = [
        f"order {row.said('order')}: {row.said('quantity')} shares at {row.said('price')} on {row.said('at')}, fee {row.said('fee')}"
        for row in found.rows("Fills")
    ]
    return paragraphs(
        f"**{found.title}**, at {found.said('at')}: {found.said('outcome')}. It asked for: {found.said('asked_for')}.",
        f"Its reasoning: “{found.said('reasoning')[:LONGEST]}”" if found.has("reasoning") else "",
        "Limits that objected:" if objections else "",
        bullets(*objections),
        "Filled:" if fills else "Nothing of it was filled.",
        bullets(*fills),
        *found.notes,
    )


def reasoning_uses(question: str, asking: Asking) -> Sequence[Use]:
    """With the words that are looked for: quoted, or what it is “about”."""
    said = QUOTED.search(question) or MENTION.search(question)
    return [tool("get_reasoning", text=said[1].strip() if said else "", limit=10)]


def write_reasoning(results: Results) -> str:
    found = results.get("get_reasoning")
    if found is None:
        return (
            "Say which decision: by its step, as in “step 14”, by its order, or by its time, as in “10:35”."
        )
    lines = [entry_line(row) for row in found.rows("Entries")[:MOST_LINES]]
    return paragraphs(
        f"**{found.said('matching')} entries match** in {found.title.removeprefix('Reasoning of ')}.",
        bullets(*lines),
        *found.notes,
    )


def entry_line(row: Row) -> str:
    asked = f" asked for {row.said('asked_for')}" if row.cells["asked_for"] else ""
    return f"{row.cite} {row.said('at')}, {row.said('outcome')}{asked}: “{row.said('reasoning')[:LONGEST]}”"


def write_denied(results: Results) -> str:
    found = results["get_reasoning"]
    report = results.get("rule_report")
    codes = (
        [f"{row.said('code')}: {row.said('count')} orders" for row in report.rows("Denials by limit")]
        if report
        else []
    )
    lines = [entry_line(row) for row in found.rows("Entries")[:MOST_LINES]]
    return paragraphs(
        f"**{found.said('matching')} decisions were denied** in {found.title.removeprefix('Reasoning of ')}.",
        bullets(*codes),
        bullets(*lines),
        *found.notes,
    )


def bar_uses(question: str, asking: Asking) -> Sequence[Use]:
    symbols = [word for word in SYMBOL.findall(question) if word not in NO_SYMBOLS]
    times = [f"{int(hour):02}:{minute}" for hour, minute in CLOCK.findall(question)]
    arguments = {"symbol": symbols[0]} if symbols else {}
    arguments |= dict(zip(("time_from", "time_to"), times, strict=False))
    return [tool("get_bars", **arguments)]


def write_bars(results: Results) -> str:
    found = results["get_bars"]
    if not found.value("bars"):
        return paragraphs("There are no bars there.", *found.notes)
    return paragraphs(
        f"**{found.title}**: {found.said('bars')} bars, from {found.said('first_open')} to {found.said('last_close')} "
        f"({found.said('change')}), between {found.said('low')} and {found.said('high')}; {found.said('volume')} shares traded.",
        *found.notes,
    )


def feature_uses(question: str, asking: Asking) -> Sequence[Use]:
    return [tool("explain_feature", about=question.strip()[:200].ljust(2))]


def write_feature(results: Results) -> str:
    found = results["explain_feature"]
    rows = found.rows("Passages")
    if not rows:
        return paragraphs(*found.notes)
    first = rows[0]
    others = [f"{row.said('section')} ({row.said('page')})" for row in rows[1:]]
    return paragraphs(
        f"**{first.said('section')}** (from the page “{first.said('page')}”)",
        first.said("text"),
        f"See also: {', '.join(others)}." if others else "",
    )


DECISION = Intent(
    "decision",
    words(
        r"\b(step|decision|order)\s+#?\d+",
        r"\bwhy did (it|you|the model)\b.{0,30}\b(buy|sell|short|cover|close|open|enter|exit)\b",
        r"\bat \d{1,2}:\d\d\b",
    ),
    decision_uses,
    write_decision,
)
DENIED = Intent(
    "denied",
    words(r"\b(denied|denials?|rejected|refused|blocked)\b"),
    always(tool("get_reasoning", outcome="denied", limit=10), tool("rule_report")),
    write_denied,
)
REASONING = Intent(
    "reasoning",
    words(
        r"\b(reasoning|reasons?|thinks?|thought|thinking|plan|analysis|reflection|mention(s|ed)?|sa(y|id) about)\b"
    ),
    reasoning_uses,
    write_reasoning,
)
BARS = Intent("bars", words(r"\b(bars?|candles?|prices?|volume|chart)\b"), bar_uses, write_bars)
FEATURE = Intent(
    "feature",
    words(r"\b(how (do|does|is|are)|what (is|are|does|do)|explain|what's|meaning|mean)\b"),
    feature_uses,
    write_feature,
)
