"""Several Models at once, in a conversation about everything: which did best, and where the money goes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from agents.system_agent.builtin.base import Intent, Results, Use, tool, words
from agents.system_agent.builtin.reading import Row, paragraphs
from agents.system_agent.builtin.topics.results import write_comparison
from agents.system_agent.builtin.topics.trades import write_why
from agents.tools.base import Asking

WORST = words(r"\b(lose|losing|lost|loss|losses|worst)\b")
CLOSER = words(r"\b(why|where|how come|best|worst)\b")
NOT_ADDED = (
    "Every run begins anew with its Model's initial cash, so results of runs don't add up to one account; the page "
    "“Portfolio” follows the Models side by side."
)


def uses(question: str, asking: Asking) -> Sequence[Use]:
    return [tool("compare_runs"), look_closer]


def look_closer(results: Results) -> tuple[str, str] | None:
    """At the run that answers the question: the worst, or the best."""
    rows = results["compare_runs"].rows("Figures") if "compare_runs" in results else []
    if not rows or not CLOSER.search(results.question):
        return None
    return "analyze_trades", json.dumps(
        {"run_id": chosen(results.question, rows).cells["run_id"], "group_by": "symbol", "limit": 100}
    )


def chosen(question: str, rows: Sequence[Row]) -> Row:
    pick = min if WORST.search(question) else max
    return pick(rows, key=lambda row: row.value("total_return"))


def write(results: Results) -> str:
    closer = write_why(results) if "analyze_trades" in results else ""
    worst_first = WORST.search(results.question) is not None
    return paragraphs(write_comparison(results, worst_first=worst_first), closer, "" if closer else NOT_ADDED)


def is_general(asking: Asking) -> bool:
    return asking.model_id is None and asking.run_id is None


ACROSS = Intent(
    "across",
    words(
        r"^(?=.*\b(lose|losing|lost|best|worst|made|make|money|profit|earn(ed)?|perform\w*|do|doing|did)\b).*"
        r"\b(my|all|which|of the|the) (of my )?(models|traders|runs)\b",
        r"^(?=.*\b(lose|losing|lost|made|make|money|profit|earn(ed)?|doing)\b).*\b(in total|overall|altogether|all together|everything)\b",
    ),
    uses,
    write,
    is_general,
)
