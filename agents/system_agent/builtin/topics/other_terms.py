"""What would have been: caps, stops, other fees and delays, no rules; read from words into the arguments of a what-if."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from agents.system_agent.builtin.base import Intent, Results, Use, words
from agents.system_agent.builtin.reading import amount, bullets, change, paragraphs
from agents.tools.base import Asking

N = r"(\d+(?:\.\d+)?)"
MOST_LINES = 5
CLOCK = r"(\d{1,2}:\d\d)"


def rule(kind: str, **params: Any) -> dict[str, Any]:
    return {"rules": [{"kind": kind, "params": params}]}


def clock(text: str) -> str:
    return text.rjust(5, "0")


# How it is said, and what it means. The first that fits counts.
READINGS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, Any]]]] = [
    (words(rf"{N}\s*(?:%|percent)\s*(?:cap|limit|max(?:imum)?)\b"), lambda m: rule("max_position_percent", percent=m[1])),
    (words(rf"(?:cap|limit|max(?:imum)?)\D{{0,30}}{N}\s*(?:%|percent)"), lambda m: rule("max_position_percent", percent=m[1])),
    (words(rf"trail\w*\D{{0,20}}{N}\s*(?:%|percent)"), lambda m: rule("trailing_stop", trail_percent=m[1])),
    (words(rf"{N}\s*(?:%|percent)\s*trail"), lambda m: rule("trailing_stop", trail_percent=m[1])),
    (words(rf"stop\D{{0,20}}{N}\s*(?:%|percent)"), lambda m: rule("stop_loss_percent", percent=m[1])),
    (words(rf"{N}\s*(?:%|percent)\s*stop"), lambda m: rule("stop_loss_percent", percent=m[1])),
    (words(rf"{N}\s*(?:%|percent)\s*(?:target|take.?profit)"), lambda m: rule("take_profit", percent=m[1])),
    (words(rf"(?:target|take.?profit)\D{{0,20}}{N}\s*(?:%|percent)"), lambda m: rule("take_profit", percent=m[1])),
    (words(rf"\$\s?{N}\s*(?:cap|limit|max)"), lambda m: rule("max_position_dollars", dollars=m[1])),
    (words(rf"(?:between|from)\s+{CLOCK}\D{{1,10}}{CLOCK}"), lambda m: rule("blackout", start=clock(m[1]), end=clock(m[2]))),
    (words(rf"after\s+{CLOCK}"), lambda m: rule("no_opening_after", after=clock(m[1]))),
    (words(r"(?:most|max\w*|only|at most)\s+(\d+)\s+(?:trades|entries)"), lambda m: rule("max_trades", trades=int(m[1]))),
    (words(r"(?:hold|held)\D{0,30}(\d+)\s*min"), lambda m: rule("max_hold", minutes=int(m[1]))),
    (words(rf"slippage\D{{0,20}}{N}\s*(?:bps?|basis)"), lambda m: {"execution": {"slippage": "bps", "slippage_bps": m[1]}}),
    (words(rf"{N}\s*(?:bps?|basis points?)\s*(?:of )?slippage"), lambda m: {"execution": {"slippage": "bps", "slippage_bps": m[1]}}),
    (words(r"(?:no|without|zero)\s+slippage"), lambda m: {"execution": {"slippage": "none"}}),
    (words(rf"{N}\s*(?:bps?|basis points?)\s*(?:of |in )?fees?"), lambda m: {"execution": {"fees": "bps", "fee_bps": m[1]}}),
    (words(rf"fees?\D{{0,20}}{N}\s*(?:bps?|basis)"), lambda m: {"execution": {"fees": "bps", "fee_bps": m[1]}}),
    (words(rf"(?:fees?|commission)\D{{0,20}}\$\s?{N}", rf"\$\s?{N}\s*(?:fees?|commission|(?:an|per) order)"),
     lambda m: {"execution": {"fees": "per_trade", "fee_per_trade": m[1] or m[2]}}),
    (words(r"(?:no|without|zero)\s+(?:fees?|commissions?)"), lambda m: {"execution": {"fees": "zero"}}),
    (words(r"delay\D{0,20}(\d+)\s*s", r"(\d+)\s*s\w*\s*(?:of )?delay"), lambda m: {"execution": {"decision_delay_seconds": int(m[1] or m[2])}}),
    (words(r"delay\D{0,20}(\d+)\s*min", r"(\d+)\s*min\w*\s*(?:of )?delay"), lambda m: {"execution": {"decision_delay_seconds": 60 * int(m[1] or m[2])}}),
    (words(r"without (?:the )?(?:any |all )?rules?\b(?! [“\"'])", r"\bno rules\b"), lambda m: {"without": ["rules"]}),
    (words(r"without (?:the )?rule [“\"']([^”\"']{1,100})[”\"']"), lambda m: {"without": [m[1]]}),
    (words(r"(?:without|not|never|no)\s+(?:trad\w+\s+)?([A-Z]{1,6})\b(?!\w)"), lambda m: rule("deny_list", symbols=[m[1].upper()])),
]  # fmt: skip
HELP = (
    "Say what should have been different and by how much: a cap on each position in percent or dollars, a stop or a target "
    "in percent, a time of day after which nothing is opened, a longest holding time in minutes, fees per order, slippage "
    "in basis points, a delay in seconds, a symbol left out, or no rules at all."
)


def terms_of(question: str) -> dict[str, Any] | None:
    """What is meant to be different; None where nothing fits."""
    return next((mean(match) for pattern, mean in READINGS if (match := pattern.search(question))), None)


def uses(question: str, asking: Asking) -> Sequence[Use]:
    terms = terms_of(question)
    return [] if terms is None else [lambda found: ("what_if", json.dumps(terms))]


def write(results: Results) -> str:
    found = results.get("what_if")
    if found is None:
        return HELP
    difference = found.value("difference")
    verb = "added" if difference > 0 else "cost"
    verdict = f"would have {verb} {amount(difference)}" if difference else "would have changed nothing"
    lines = [
        f"{row.cite} {row.said('asked_for')}: {row.said('after')} shares instead of {row.said('before')}. {row.said('why')}"
        for row in found.rows("Orders answered otherwise")[:MOST_LINES]
    ]
    if not any(found.value(key) for key in ("difference", "denied", "let_through", "resized")):
        return paragraphs(
            f"**{found.said('words')[:1].upper()}{found.said('words')[1:]}: nothing would have changed.** Every order would "
            f"have been answered as it was; final equity stays {found.said('equity_as_it_was')}.",
            *found.notes,
        )
    return paragraphs(
        f"**{found.said('words')[:1].upper()}{found.said('words')[1:]}: it {verdict}.** Final equity "
        f"{found.said('equity_what_if')} instead of {found.said('equity_as_it_was')}; return "
        f"{found.said('total_return_what_if')} instead of {found.said('total_return_as_it_was')}, max drawdown "
        f"{found.said('max_drawdown_what_if')} instead of {found.said('max_drawdown_as_it_was')}, closed profit "
        f"{change(found.value('trip_profit_what_if'))} instead of {change(found.value('trip_profit_as_it_was'))}.",
        f"Orders denied now: {found.said('denied')}, let through now: {found.said('let_through')}, resized: {found.said('resized')}.",
        bullets(*lines),
        *found.notes,
    )


WHAT_IF = Intent(
    "what_if",
    words(
        r"\bwhat if\b",
        r"\bwhat would\b",
        r"\bwould .{0,60}\bhave (done|been|helped|changed|made|cost)\b",
        r"\bwhat-if\b",
    ),
    uses,
    write,
)
