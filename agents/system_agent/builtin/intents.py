"""Which topic a question is about. The first whose pattern fits is meant; a new topic is a file and a line here."""

from __future__ import annotations

from agents.system_agent.builtin.base import Intent, Results, always, tool, words
from agents.system_agent.builtin.reading import bullets, paragraphs
from agents.system_agent.builtin.topics.looking import BARS, DECISION, DENIED, FEATURE, REASONING
from agents.system_agent.builtin.topics.other_terms import WHAT_IF
from agents.system_agent.builtin.topics.proposing import AGAIN, INSTRUCTIONS
from agents.system_agent.builtin.topics.results import COMPARE, DRAWDOWN, METRICS, PATTERNS, write_metrics
from agents.system_agent.builtin.topics.rules import EARNED, LIMITS, SUGGEST
from agents.system_agent.builtin.topics.trades import BEST_AND_WORST, WHY
from agents.tools.base import Asking

INTENTS = (
    INSTRUCTIONS,
    AGAIN,
    SUGGEST,
    WHAT_IF,
    DENIED,
    EARNED,
    COMPARE,
    DRAWDOWN,
    PATTERNS,
    BEST_AND_WORST,
    DECISION,
    WHY,
    LIMITS,
    METRICS,
    REASONING,
    BARS,
    FEATURE,
)
EXAMPLES = (
    "Why did I lose money?",
    "Show the best and worst trades",
    "Explain the drawdown",
    "What would have been different with other rules, fees or slippage?",
    "Suggest a rule",
    "Compare the runs",
    "When during the day does it make money?",
    "What did it think about the open?",
    "Which limits bind it?",
)


def write_overview(results: Results) -> str:
    found = results.get("calculate_metrics")
    return paragraphs(
        write_metrics(results) if found else "",
        "I answer questions such as:",
        bullets(*EXAMPLES),
    )


OVERVIEW = Intent("overview", words(r""), always(tool("calculate_metrics")), write_overview)


def intent_of(question: str, asking: Asking) -> Intent:
    return next((intent for intent in INTENTS if intent.pattern.search(question)), OVERVIEW)
