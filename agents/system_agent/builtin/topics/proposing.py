"""Other instructions, and another run: what the built-in analyst can put before the user."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from agents.system_agent.builtin.base import Intent, Results, Use, tool, words
from agents.system_agent.builtin.reading import paragraphs
from agents.system_agent.builtin.topics.rules import best_suggestion, suggestion_line
from agents.tools.base import Asking

NEW_TEXT = re.compile(
    r"\binstructions?\b.{0,20}?(?:\bto\b\s*:?|:|=)\s*[“\"']?(.{3,1900}?)[”\"']?\s*$",
    re.IGNORECASE | re.DOTALL,
)
DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
SYMBOLS = re.compile(
    r"\b(?:with|on|for)\s+((?:[A-Z]{1,6}(?:\.[A-Z])?)(?:\s*(?:,|and)\s*[A-Z]{1,6}(?:\.[A-Z])?)*)\b"
)
SESSION = re.compile(r"\b(pre|regular|after)[- ]?(?:market|session|hours)\b", re.IGNORECASE)


def instruction_uses(question: str, asking: Asking) -> Sequence[Use]:
    """The words that are given; without any, the best suggestion as a sentence beside those in force."""
    given = NEW_TEXT.search(question)
    if given:
        return [tool("propose_instructions", text=given[1].strip())]
    return [tool("get_model_config"), tool("suggest_rules"), propose_sentence]


def propose_sentence(results: Results) -> tuple[str, str] | None:
    row, config = best_suggestion(results), results.get("get_model_config")
    if row is None or config is None:
        return None
    before = str((config.fact("custom_instructions") or {}).get("value") or "")
    text = "\n".join(part for part in (before, row.said("rule")) if part)
    return "propose_instructions", json.dumps({"text": text})


def write_instructions(results: Results) -> str:
    row = best_suggestion(results)
    if "propose_instructions" not in results:
        return (
            "I have no words to propose: no rule that its trades speak for would have helped. Say what they should be, as in "
            "“change the instructions to: trade only breakouts with volume”."
        )
    why = f"Its trades speak for this: {suggestion_line(row)}" if row else ""
    return paragraphs(
        "**Other instructions are proposed below; nothing is saved until you accept them.**",
        why,
        *results["propose_instructions"].notes,
        "Instructions guide the AI. A structured rule binds it: ask “suggest a rule” for one.",
    )


def run_uses(question: str, asking: Asking) -> Sequence[Use]:
    days, symbols, session = DAY.findall(question), SYMBOLS.search(question), SESSION.search(question)
    arguments: dict[str, object] = dict(zip(("date_from", "date_to"), days, strict=False))
    if symbols:
        arguments["symbols"] = re.findall(r"[A-Z]{1,6}(?:\.[A-Z])?", symbols[1])
    if session:
        arguments["session"] = session[1].lower()
    return [tool("propose_run", **arguments)]


def write_run(results: Results) -> str:
    found = results["propose_run"]
    return paragraphs("**Another run is proposed below; it starts when you accept it.**", *found.notes)


INSTRUCTIONS = Intent(
    "instructions",
    words(
        r"\b(change|rewrite|improve|new|other|better|should change)\b.{0,40}\binstructions?\b",
        r"\binstructions?\b.{0,20}(:|=|\bto\b)",
    ),
    instruction_uses,
    write_instructions,
)
AGAIN = Intent(
    "run_again",
    words(
        r"\b(run|try|trade|test)\b.{0,20}\bagain\b",
        r"\bre-?run\b",
        r"\brepeat\b.{0,20}\brun\b",
        r"\bstart\b.{0,20}\brun\b",
    ),
    run_uses,
    write_run,
)
