"""Which topic a question is about. The first whose pattern fits is meant; a new topic is a file and a line here."""

from __future__ import annotations

from agents.system_agent.builtin.base import Intent
from agents.system_agent.builtin.topics.across import ACROSS
from agents.system_agent.builtin.topics.activity import HELD, QUIET
from agents.system_agent.builtin.topics.figures import AI_COST, FIGURE, RESULT, STANDING, TRUST
from agents.system_agent.builtin.topics.help import ACT, HELP, THANKS, UNKNOWN
from agents.system_agent.builtin.topics.looking import BARS, DECISION, DENIED, FEATURE, REASONING
from agents.system_agent.builtin.topics.other_terms import WHAT_IF
from agents.system_agent.builtin.topics.proposing import AGAIN, INSTRUCTIONS
from agents.system_agent.builtin.topics.results import COMPARE, DRAWDOWN, PATTERNS
from agents.system_agent.builtin.topics.rules import EARNED, LIMITS, SUGGEST
from agents.system_agent.builtin.topics.trades import BEST_AND_WORST, WHY
from agents.tools.base import Asking

INTENTS = (
    HELP,
    THANKS,
    ACT,
    INSTRUCTIONS,
    AGAIN,
    SUGGEST,
    WHAT_IF,
    QUIET,
    DENIED,
    EARNED,
    ACROSS,
    COMPARE,
    DRAWDOWN,
    PATTERNS,
    BEST_AND_WORST,
    TRUST,
    AI_COST,
    STANDING,
    FIGURE,
    HELD,
    DECISION,
    WHY,
    LIMITS,
    RESULT,
    REASONING,
    BARS,
    FEATURE,
)


def intent_of(question: str, asking: Asking) -> Intent:
    said = " ".join(question.split())
    fitting = (each for each in INTENTS if each.fits(asking) and each.pattern.search(said))
    return next(fitting, UNKNOWN)
