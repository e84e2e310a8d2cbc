"""Single decisions, the reasoning behind them, denials, bars, and how things work."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.system_agent.builtin.base import Intent, Results, Use, always, tool, words
from agents.system_agent.builtin.reading import Row, bullets, counted, paragraphs
from agents.tools.base import Asking

STEP = re.compile(r"\b(?:step|decision)\s+#?(\d{1,9})\b", re.IGNORECASE)
ORDER = re.compile(r"\border\s+#?(\d{1,9})\b", re.IGNORECASE)
CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)\b")
QUOTED = re.compile(r"[“\"']([^”\"']{2,80})[”\"']")
MENTION = re.compile(r"\b(?:about|of|mention(?:s|ed)?|say about|said about)\s+([\w -]{3,40})", re.IGNORECASE)
SYMBOL = re.compile(r"\b([A-Z]{1,6}(?:\.[A-Z])?)\b")
TRADED = re.compile(r"\b(buy|bought|sell|sold|short|cover|close|open|enter|exit|trade)d?\b", re.IGNORECASE)
AROUND = 10  # minutes
LONGEST = 300
LONGEST_PASSAGE = 1_500
MOST_LINES = 6
NO_SYMBOLS = frozenset({"I", "A", "ET", "AM", "PM", "AI", "VWAP", "RSI", "P", "L", "OK", "US", "UTC"})


def decision_uses(question: str, asking: Asking) -> Sequence[Use]:
    """By step, by order, or what was decided at a time."""
    if step := STEP.search(question):
        return [tool("get_decision", step=int(step[1]))] if int(step[1]) else []
    if order := ORDER.search(question):
        return [tool("get_decision", order_number=int(order[1]))] if int(order[1]) else []
    if clock := CLOCK.search(question):
        minute = min(24 * 60 - 1, 60 * int(clock[1]) + int(clock[2]))
        exact = tool("get_reasoning", time_from=at(minute), time_to=at(minute), limit=5)
        return [exact, nearby(minute)] if TRADED.search(question) else [exact]
    return [tool("get_reasoning", outcome="ordered", limit=5)]


def at(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def nearby(minute: int) -> Use:
    """Orders of the minutes around, where none was asked for in the minute itself."""
    around = tool(
        "get_reasoning",
        outcome="ordered",
        time_from=at(max(0, minute - AROUND)),
        time_to=at(min(24 * 60 - 1, minute + AROUND)),
        limit=5,
    )

    def use(found: Results) -> tuple[str, str] | None:
        rows = found["get_reasoning"].rows("Entries") if "get_reasoning" in found else []
        return None if any(row.cells["outcome"] == "ordered" for row in rows) else around(found)

    return use


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
        f"Its reasoning: “{cut(found.said('reasoning'))}”" if found.has("reasoning") else "",
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
    around = results.get("get_reasoning again")
    if around is not None:
        near = [entry_line(row) for row in around.rows("Entries")[:MOST_LINES]]
        lines += ["No order was asked for then." + (" Those nearest to it:" if near else ""), *near]
    matching = (
        "1 entry matches" if found.said("matching") == "1" else f"{found.said('matching')} entries match"
    )
    return paragraphs(
        f"**{matching}** in {found.title.removeprefix('Reasoning of ')}.",
        bullets(*lines),
        *found.notes,
    )


def entry_line(row: Row) -> str:
    asked = f"; it asked for {row.said('asked_for')}" if row.cells["asked_for"] else ""
    return f"{row.cite} {row.said('at')}, {row.said('outcome')}{asked}: “{cut(row.said('reasoning'))}”"


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]}…"


def write_denied(results: Results) -> str:
    found = results["get_reasoning"]
    report = results.get("rule_report")
    codes = (
        [
            f"{row.said('code')}: {counted(row.said('count'), 'order')}"
            for row in report.rows("Denials by limit")
        ]
        if report
        else []
    )
    lines = [entry_line(row) for row in found.rows("Entries")[:MOST_LINES]]
    if not found.value("matching"):
        return paragraphs(
            f"**Nothing was denied** in {found.title.removeprefix('Reasoning of ')}.", *found.notes
        )
    return paragraphs(
        f"**{counted(found.said('matching'), 'decision')} met a limit that said no** in {found.title.removeprefix('Reasoning of ')}.",
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
    first, shown = rows[0], rows[0].said("text")
    if len(shown) > LONGEST_PASSAGE:
        shown = shown[:LONGEST_PASSAGE].rsplit("\n", 1)[0] + "\n\nThe rest stands on that page."
    others = [f"{row.said('section')} ({row.said('page')})" for row in rows[1:]]
    return paragraphs(
        f"**{first.said('section')}** (from the page “{first.said('page')}”)",
        shown,
        f"See also: {', '.join(others)}." if others else "",
    )


DECISION = Intent(
    "decision",
    words(
        r"\b(step|decision|order)\s+#?\d+",
        r"\bwhy did (it|you|the model)\b.{0,30}\b(buy|sell|short|cover|close|open|enter|exit)\b",
        r"\bat \d{1,2}:\d\d\b",
        r"\b(when|what|where)\b.{0,10}\bdid (it|you|i|the model|this run)\b.{0,10}\b(buy|sell|short)\b",
    ),
    decision_uses,
    write_decision,
)
DENIED = Intent(
    "denied",
    words(r"\b(denied|denials?|rejected|refused|block(s|ed|ing)?|den(y|ies)|refuses?|rejects?)\b"),
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
