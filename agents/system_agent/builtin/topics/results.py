"""Drawdown, comparison and patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.system_agent.builtin.base import Intent, Results, Use, always, tool, words
from agents.system_agent.builtin.naming import runs_named
from agents.system_agent.builtin.reading import Found, Row, bullets, change, counted, paragraphs
from agents.tools.base import Asking

NUMBER = re.compile(r"\d{1,6}")
MOST_LINES = 6
MOST_COMPARED = 7  # runs
MOST_BESIDE = 3  # whose settings can be read side by side in a line


def write_drawdown(results: Results) -> str:
    found = results["explain_drawdown"]
    if not found.has("loss"):
        return paragraphs(*found.notes)
    parts = [
        f"{row.said('symbol')} contributed {change(row.value('profit'))}: {row.said('held_before')} shares held at the "
        f"peak, {row.said('held_after')} at the trough"
        for row in found.rows("By symbol")
    ]
    trips = [
        f"{row.cite} {row.said('symbol')}: {change(row.value('within'))} within the fall"
        for row in found.rows("Round trips behind it")[:MOST_LINES]
    ]
    began = f"from {found.said('peak_at')} " if found.has("peak_at") else "from the start "
    recovered = f"recovered {found.said('recovered_at')}" if found.has("recovered_at") else "never recovered"
    return paragraphs(
        f"**The deepest fall was {found.said('max_drawdown')}**, {change(found.value('loss'))}: {began}"
        f"({found.said('peak_equity')}) to {found.said('trough_at')} ({found.said('trough_equity')}); {recovered}.",
        bullets(*parts),
        "The trades behind it:" if trips else "",
        bullets(*trips),
        *found.notes,
    )


def compare_uses(question: str, asking: Asking) -> Sequence[Use]:
    """Runs that are named with their Models, or by number within one; without any, the newest."""
    ids = runs_named(asking, question)
    if len(ids) > 1:
        return [tool("compare_runs", run_ids=ids[:MOST_COMPARED])]
    numbers = list(dict.fromkeys(map(int, NUMBER.findall(question))))[:MOST_COMPARED]
    if numbers and (asking.model_id is not None or asking.run_id is not None):
        return [tool("compare_runs", run_numbers=[number for number in numbers if number])]
    return [tool("compare_runs")]


def write_comparison(results: Results, *, worst_first: bool = False) -> str:
    found = results["compare_runs"]
    rows = sorted(found.rows("Figures"), key=lambda row: row.value("total_return"), reverse=not worst_first)
    differing = [
        row for row in found.rows("What was set up otherwise") if row.said("setting") not in UNTELLING
    ]
    settings = [setting_line(row) for row in differing[:MOST_LINES]] if len(rows) <= MOST_BESIDE else []
    return paragraphs(
        verdict(rows),
        bullets(*map(run_line, rows)),
        "Set up otherwise:" if settings else "",
        bullets(*settings),
        "" if settings or not differing else "What was set up otherwise stands in the card.",
        *found.notes,
    )


def verdict(rows: Sequence[Row]) -> str:
    """Who did best or worst, whoever stands first."""
    if len(rows) < 2:
        return "There is only one run to look at."
    best, value = rows[0], rows[0].said("total_return")
    if best.said("total_return") == rows[-1].said("total_return"):
        return f"**They came to the same: {value}.**"
    if best.value("total_return") < rows[-1].value("total_return"):
        did = "did worst"
    else:
        did = "did best" if best.value("total_return") > 0 else "came out least badly"
    return f"**Run {best.said('run')} of {best.said('model')} {did}** with {value}."


def run_line(row: Row) -> str:
    name = row.cite if " of " in row.cite else f"{row.cite} of {row.said('model')}"
    return (
        f"{name} came to {row.said('total_return')} ({change(row.value('profit'))}), max drawdown {row.said('max_drawdown')}, "
        f"{counted(row.said('trip_count'), 'round trip')}, win rate {row.said('win_rate')}"
    )


UNTELLING = ("code_version", "data", "model.name")


def setting_line(row: Row) -> str:
    values = [row.said(key) for key in row.cells if key != "setting"]
    return f"{row.said('setting')}: {' against '.join(values)}"


def pattern_uses(question: str, asking: Asking) -> Sequence[Use]:
    """What is named, of one run or of the Model; everything where nothing is named."""
    named = [subject for subject, pattern in SUBJECTS.items() if pattern.search(question)]
    arguments = {"subjects": named} if named else {}
    over_all = asking.run_id is None and asking.model_id is not None
    return [tool("find_patterns", **arguments, **({"all_runs": True} if over_all else {}))]


SUBJECTS = {
    "time_of_day": words(r"\b(time of day|hour|morning|afternoon|during the day|when)\b"),
    "holding_time": words(r"\bhold(ing)?\b", r"\blong(er)?\b"),
    "confidence": words(r"\bconfiden(t|ce)\b", r"\bsure\b"),
    "reason_words": words(r"\b(words?|reasons?)\b"),
}
TITLES = ("By hour", "By holding", "By confidence", "By words")


def write_patterns(results: Results) -> str:
    found = results["find_patterns"]
    blocks = [block(found, title) for title in TITLES if found.has_table(title)]
    return paragraphs(
        f"**{found.title}**: {found.said('trip_count')} round trips, {change(found.value('trip_profit'))} in all.",
        *blocks,
        *found.notes,
    )


def block(found: Found, title: str) -> str:
    table = next(each["title"] for each in found.payload["tables"] if each["title"].startswith(title))
    lines = [
        f"{row.said('group')}: {counted(row.said('trips'), 'trip')}, {row.said('winners')} won (win rate {row.said('win_rate')}, "
        f"between {row.said('win_rate_low')} and {row.said('win_rate_high')}), {change(row.value('profit'))}: "
        f"{row.said('finding')}"
        for row in found.rows(title)
    ]
    return f"{table}:\n\n{bullets(*lines)}"


DRAWDOWN = Intent(
    "drawdown",
    words(
        r"^(?!.*\b(mean(s|ing)?|definition|defined|computed|calculated|formula)\b).*\bdraw ?downs?\b",
        r"\bdeepest\b",
        r"\bfell\b",
        r"\bworst (moment|time|point|part|stretch)\b",
        r"\bfall\b",
    ),
    always(tool("explain_drawdown")),
    write_drawdown,
)
COMPARE = Intent(
    "compare",
    words(
        r"\bcompar(e|ed|ing|ison)\b(?!.*buy and hold)",
        r"\b(versus|vs\.?|against run|better than run)\b",
        r"\bwhich (of my )?(models?|runs?)\b",
        r"\b(list|show)\b.{0,20}\bruns\b",
        r"\bhow did (its|my|the) runs\b",
    ),
    compare_uses,
    write_comparison,
)
PATTERNS = Intent(
    "patterns",
    words(
        r"\bpatterns?\b",
        r"\btime of (the )?day\b",
        r"\b(when|which hours?|what time)\b.{0,40}\b(money|win|lose|best|worst|trade)",
        r"\bholding times?\b",
        r"\bconfiden(t|ce)\b",
        r"\bin common\b",
        r"\bwhen did\b.{0,20}\btrade\b",
    ),
    pattern_uses,
    write_patterns,
)
