"""Why money was lost or made, and the best and worst trades."""

from __future__ import annotations

from agents.system_agent.builtin.base import FEW, FEW_WORDS, Intent, Results, always, tool, words
from agents.system_agent.builtin.reading import Found, Row, amount, bullets, change, counted, paragraphs
from agents.system_agent.builtin.topics.activity import denials_wanted, denied_wanted, quiet

MOST_NAMED = 3
LOSS = words(r"\b(lose|lost|losing|loss|losses|in the red)\b")
BAD = words(r"\b(worst|losing|losers?|loss(es)?)\b")
GOOD = words(r"\b(best|winning|winners?|top)\b")
GAIN = words(r"\b(win|won|gain|made|make)\b")


def headline(found: Found) -> str:
    """What the run came to, beside buy and hold."""
    profit = found.value("profit")
    verb = "lost" if profit < 0 else "made"
    came_to = (
        f"{verb} {amount(profit)}** ({found.said('total_return')})"
        if profit
        else "neither lost nor made money**"
    )
    beside = (
        f" Buy and hold came to {found.said('benchmark_return')}." if found.has("benchmark_return") else ""
    )
    whole = found.title.removeprefix("Trades of ")
    return (
        f"**{whole[:1].upper()}{whole[1:]} {came_to}: "
        f"{found.said('final_equity')} from {found.said('initial_cash')}.{beside}"
    )


def balance(found: Found) -> str:
    """Closed trades in a sentence."""
    if not found.value("trip_count"):
        return "No position was closed, so there is no round trip to explain it by."
    return (
        f"Of {counted(found.said('trip_count'), 'round trip')} {found.said('winning_trips')} won and {found.said('losing_trips')} "
        f"lost: {change(found.value('gross_profit'))} against {change(found.value('gross_loss'))}, "
        f"{change(found.value('trip_profit'))} in all, after {found.said('fees')} of fees."
    )


def part(row: Row, key: str) -> str:
    return f"{row.said(key)}: {counted(row.said('trips'), 'trip')}, {change(row.value('profit'))}, {row.said('winners')} won."


def trade_line(row: Row) -> str:
    reason = f" It was entered because: “{row.said('reason')}”" if row.cells["reason"] else ""
    return (
        f"{row.cite} {row.said('symbol')} {row.said('direction')}, {row.said('quantity')} shares from "
        f"{row.said('entry_price')} to {row.said('exit_price')}: {change(row.value('profit'))}, closed by "
        f"{row.said('closed_by')}.{reason}"
    )


def still_held(found: Found) -> str:
    held = [
        f"{row.said('quantity')} {row.said('symbol')} ({change(row.value('open_profit'))})"
        for row in found.rows("Still held")
    ]
    return f"Still held, with open profit: {', '.join(held)}." if held else ""


def caution(found: Found) -> str:
    return FEW_WORDS if 0 < found.value("trip_count") < FEW else ""


def write_why(results: Results) -> str:
    found = results["analyze_trades"]
    losing = found.value("profit") < 0
    groups = found.rows("By symbol")
    chosen = [row for row in groups if (row.value("profit") < 0) == losing][:MOST_NAMED]
    trips = [row for row in found.rows("Round trips") if (row.value("profit") < 0) == losing]
    trips.sort(key=lambda row: row.value("profit"), reverse=not losing)
    if not found.value("trip_count") and "get_reasoning" in results:
        notes = [note for note in found.notes if note not in results["get_reasoning"].notes]
        return paragraphs(
            headline(found),
            bullets(still_held(found)),
            quiet(results) if not found.rows("Still held") else "",
            *notes,
        )
    return paragraphs(
        contradiction(results.question, found),
        headline(found),
        balance(found),
        bullets(*(part(row, "symbol") for row in chosen), still_held(found)),
        "The trades behind it:" if trips else "",
        bullets(*map(trade_line, trips[:MOST_NAMED])),
        fall(results),
        paragraphs(caution(found), *found.notes),
    )


def contradiction(question: str, found: Found) -> str:
    """Where the question supposes the other result."""
    profit = found.value("profit")
    if LOSS.search(question) and profit > 0:
        return "It did not lose money as a whole."
    return "It made no money as a whole." if GAIN.search(question) and profit < 0 else ""


def decisions_wanted(results: Results) -> tuple[str, str] | None:
    """Without a closed trade, what it decided explains the result."""
    found = results.get("analyze_trades")
    needed = found is not None and not found.value("trip_count") and not found.rows("Still held")
    return ("get_reasoning", '{"limit": 10}') if needed else None


def fall(results: Results) -> str:
    """The deepest drawdown in a sentence, where it was looked at."""
    found = results.get("explain_drawdown")
    if found is None or not found.has("loss"):
        return ""
    parts = [
        f"{row.said('symbol')} {change(row.value('profit'))}" for row in found.rows("By symbol")[:MOST_NAMED]
    ]
    began = f" from {found.said('peak_at')}" if found.has("peak_at") else ""
    return (
        f"The deepest fall was {found.said('max_drawdown')} ({change(found.value('loss'))}){began} to "
        f"{found.said('trough_at')}; by symbol: {', '.join(parts)}."
    )


def write_best_and_worst(results: Results) -> str:
    found = results["analyze_trades"]
    trips = found.rows("Round trips")
    best = sorted((row for row in trips if row.value("profit") > 0), key=lambda row: -row.value("profit"))
    worst = [row for row in trips if row.value("profit") < 0]
    one_sided = bool(BAD.search(results.question)) != bool(GOOD.search(results.question))
    if one_sided and BAD.search(results.question):
        best = []
    elif one_sided:
        worst = []
    return paragraphs(
        headline(found),
        balance(found),
        "**Best**" if best else "",
        bullets(*map(trade_line, best[:MOST_NAMED])),
        "**Worst**" if worst else "",
        bullets(*map(trade_line, worst[:MOST_NAMED])),
        paragraphs(caution(found), *found.notes),
    )


BEST_AND_WORST = Intent(
    "best_and_worst",
    words(
        r"\b(best|worst|biggest|largest|top)\b.{0,30}\btrades?\b",
        r"\btrades?\b.{0,20}\b(best|worst)\b",
        r"\b(show|list)\b.{0,20}\b(trades|round trips)\b",
        r"\b(what|which)( were| are)?( my| the| its| all)*( losing| winning)?\s+(trades|winners|losers|round trips)\b",
        r"\b(losing|winning) trades\b",
        r"\b(which|what) trades?\b",
        r"\bwent (well|best)\b",
        r"\bstopped out\b",
        r"\bwhat (stocks?|shares|symbols?|tickers?)\b.{0,20}\btrad",
    ),
    always(tool("analyze_trades", limit=100)),
    write_best_and_worst,
)
WHY = Intent(
    "why",
    words(
        r"\b(lose|lost|losing|loss|losses|went wrong|in the red)\b",
        r"\bmade the money\b",
        r"\b(win|won|gain|profit)\b",
        r"\bmake money\b",
    ),
    always(
        tool("analyze_trades", group_by="symbol", limit=100),
        tool("explain_drawdown", limit=5),
        decisions_wanted,
        denied_wanted,
        denials_wanted,
    ),
    write_why,
)
