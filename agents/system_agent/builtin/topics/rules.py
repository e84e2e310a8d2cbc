"""Suggesting a rule, what rules earned, which limits bind."""

from __future__ import annotations

import json

from agents.system_agent.builtin.base import Intent, Results, always, tool, words
from agents.system_agent.builtin.reading import Found, Row, bullets, change, paragraphs

MOST_LINES = 8


def best_suggestion(results: Results) -> Row | None:
    found = results.get("suggest_rules")
    rows = found.rows("Suggested rules") if found else []
    return rows[0] if rows else None


def propose_best(results: Results) -> tuple[str, str] | None:
    """The most helpful of the suggestions as a proposal."""
    row = best_suggestion(results)
    if row is None:
        return None
    return "propose_rule", json.dumps(
        {"kind": row.cells["kind"], "params": json.loads(str(row.cells["params"]))}
    )


def suggestion_line(row: Row) -> str:
    return (
        f"{row.said('rule')} It would have added {row.said('difference')} to final equity on the recorded decisions. "
        f"{row.said('evidence')}"
    )


def write_suggestion(results: Results) -> str:
    found = results["suggest_rules"]
    rows = found.rows("Suggested rules")
    if not rows:
        return paragraphs("**I have no rule to suggest.**", *found.notes)
    trades = [
        f"{row.cite} {row.said('symbol')}: {change(row.value('profit'))}"
        for row in found.rows("Trades behind")[:3]
    ]
    offered = (
        "It is proposed below; nothing is saved until you accept it." if "propose_rule" in results else ""
    )
    return paragraphs(
        f"**{suggestion_line(rows[0])}** {offered}",
        "The trades that speak for it:",
        bullets(*trades),
        "Other rules that would have helped:" if rows[1:] else "",
        bullets(*map(suggestion_line, rows[1:])),
        *found.notes,
    )


def write_earned(results: Results) -> str:
    found = results["rule_report"]
    rows = sorted(found.rows("Rules and gates"), key=lambda row: -row.value("earned"))
    lines = [earned_line(row) for row in rows[:MOST_LINES]]
    denials = [f"{row.said('code')}: {row.said('count')} orders" for row in found.rows("Denials by limit")]
    return paragraphs(
        f"**{found.title}**" + ("" if lines else ": there are no figures."),
        bullets(*lines),
        "How often each limit denied an order:" if denials else "No limit denied an order.",
        bullets(*denials),
        *found.notes,
    )


def earned_line(row: Row) -> str:
    did = f"fired {row.said('fired')} times, denied {row.said('denied')} orders"
    price = f"earned {change(row.value('earned'))}" if row.cells["earned"] is not None else row.said("note")
    return f"{row.said('name')} ({row.said('subject')}): {did}, {price}"


def write_limits(results: Results) -> str:
    found = results["get_model_config"]
    if found.has_table("Models"):
        return write_models(found)
    binding = [row for row in found.rows("Effective limits") if row.cells["binds"] == "yes"]
    limits = [
        f"{row.said('limit')}: {row.said('value')} {row.said('unit')} ({row.said('source')})"
        for row in binding
    ]
    rules = [f"{row.said('rule')}: {row.said('kind')}, {row.said('params')}" for row in found.rows("Rules")]
    texts = [f"{label}: “{found.said(key)}”" for key, label in TEXTS if found.has(key)]
    return paragraphs(
        f"**{found.title}.** {found.said('in_short') if found.has('in_short') else ''}",
        "Limits that bind:",
        bullets(*limits),
        "Structured rules:" if rules else "It has no structured rules.",
        bullets(*rules, *texts),
        *found.notes,
    )


TEXTS = (("custom_rules", "Rules in words"), ("custom_instructions", "Instructions"))


def write_models(found: Found) -> str:
    lines = [
        f"{row.said('model')}: {row.said('in_short')} Runs so far: {row.said('runs')}."
        for row in found.rows("Models")
    ]
    return paragraphs(
        f"**You have {found.said('models')} Models and {found.said('runs')} runs.**",
        bullets(*lines),
        "Open a Model and ask there for its limits and rules.",
    )


SUGGEST = Intent(
    "suggest_rule",
    words(
        r"\b(suggest|recommend|propose|add|find)\b.{0,30}\brules?\b",
        r"\bwhich rules? (would|could|might)\b",
        r"\brules? (that|which) (would|could|might)\b",
        r"\b(what|how)\b.{0,30}\b(improve|do better|do differently|fix)\b",
        r"\bmake (it|this|that) better\b",
        r"\bwhat (would|should|could) (you|i|we) change\W*$",
    ),
    always(tool("suggest_rules"), propose_best),
    write_suggestion,
)
EARNED = Intent(
    "earned",
    words(
        r"\brules?\b.{0,30}\b(earn(ed)?|cost|keep|worth|do|did)\b",
        r"\b(earn(ed)?|cost)\b.{0,20}\brules?\b",
        r"\bgates?\b.{0,30}\b(earn(ed)?|cost|fire[ds]?)\b",
        r"\b(stop|stop loss|target|breaker|rules?|limits?)\b.{0,20}\b(fire[ds]?|trigger(ed)?|hit|kick(ed)? in)\b",
    ),
    always(tool("rule_report")),
    write_earned,
)
LIMITS = Intent(
    "limits",
    words(
        r"\b(limits?|config(uration)?|settings?|set up|rules bind|may (this|my|the) model)\b",
        r"\bwhich rules\b",
        r"\bstrategy\b",
        r"\bwhat does (this|the|my) (model|trader)\b",
        r"\bmy models\b",
    ),
    always(tool("get_model_config")),
    write_limits,
)
