"""Single figures, the result as a whole, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

from agents.system_agent.builtin.base import FEW, FEW_WORDS, Intent, Results, Use, always, tool, words
from agents.system_agent.builtin.reading import Found, amount, bullets, counted, paragraphs
from agents.tools.base import Asking

# What is asked for by its words, and the figures that answer it, the first of them first.
NAMED = (
    (words(r"\bsharpe\b"), ("sharpe", "probabilistic_sharpe")),
    (words(r"\bsortino\b"), ("sortino",)),
    (words(r"\bcalmar\b"), ("calmar",)),
    (words(r"\bwin(ning)?[- ]?rates?\b", r"\bhit rate\b", r"\bhow (many|often)\b.{0,20}\b(win|won|winners?)\b"), ("win_rate", "winning_trips", "losing_trips", "trip_count")),
    (words(r"\bprofit factor\b"), ("profit_factor", "gross_profit", "gross_loss")),
    (words(r"\b(win(ning)?|los(ing|s(es)?)|wins|winners|losers)\b.{0,10}\bstreaks?\b", r"\bstreaks? of\b", r"\bin a row\b"), ("longest_losing_streak", "longest_winning_streak", "losing_trips", "winning_trips")),
    (words(r"\bper (round )?(trade|trip)\b"), ("expectancy", "average_win", "average_loss", "trip_count")),
    (words(r"\brisky?\b", r"\brisks?\b.{0,20}\b(did|was|were)\b"), ("max_drawdown", "max_exposure", "time_in_market", "annual_volatility")),
    (words(r"\bdraw ?downs?\b"), ("max_drawdown", "average_drawdown", "current_drawdown")),
    (words(r"\bhow many (round )?(trades|trips)\b", r"\bnumber of trades\b", r"\bhow often\b.{0,20}\btrad", r"\bover-?trad", r"\b(so|too) many trades\b", r"\btrad(e|ed|ing) (so |too |very )?(much|often|a lot)\b"), ("trip_count", "orders", "fills")),
    (words(r"\bhow many (orders|fills|denials)\b"), ("orders", "fills", "denials")),
    (words(r"\b(decider|ai model|language model)\b", r"\bwh(o|ich|at)\b.{0,20}\b(decided|decides|made)\b.{0,20}\b(decisions?|it)\b"), ("decider", "decided_share", "answered", "asked")),
    (words(r"\b(errors?|fail(s|ed|ures?)?|broke(n)?)\b"), ("state", "answered", "asked", "coverage", "denials")),
    (words(r"\b(finished|completed?|paused?|still (going|running)|stop(ped)? (early|so soon))\b(?!.*\b(data|bars)\b)", r"\bwhy did it stop\b"), ("state", "step", "steps")),
    (words(r"\bcoverage\b", r"\b(data|bars)\b.{0,20}\b(complete|missing|gaps?)\b", r"\b(missing|complete)\b.{0,20}\b(data|bars)\b"), ("coverage",)),
    (words(r"\b(fees?|commissions?)\b", r"\bslippage\b", r"\bcosts?\b"), ("fees_paid", "slippage_paid", "traded_value")),
    (words(r"\bexpos(ure|ed)\b", r"\b(how (big|large)|biggest|largest)\b.{0,20}\bpositions?\b", r"\btime in (the )?market\b"), ("time_in_market", "average_exposure", "max_exposure")),
    (words(r"\bturnover\b", r"\btraded value\b"), ("turnover", "traded_value")),
    (words(r"\bvolatility\b"), ("annual_volatility",)),
    (words(r"\baverage (win|loss)\b", r"\bpayoff\b", r"\bexpectancy\b"), ("expectancy", "average_win", "average_loss", "payoff_ratio")),
    (words(r"\bholding time\b", r"\bhow long\b.{0,30}\b(hold|held)\b"), ("average_holding_seconds", "median_holding_seconds")),
    (words(r"\b(benchmark|buy[- ]and[- ]hold|just (buying|holding)|(better|worse) than (just )?(buy|hold))", r"\b(beat(s|en|ing)?|(out|under) ?perform(s|ed|ing)?)\b", r"\balpha\b"), ("excess_return", "total_return", "benchmark_return")),
    (words(r"\b(balance|(final|ending) equity|account value)\b", r"\bhow much\b(?!.{0,20}\bcash\b).{0,30}\b(at the end|left|in the end|do i have|did i have)\b"), ("final_equity", "initial_equity", "profit", "total_return")),
    (words(r"\bp ?[&/] ?l\b", r"\bpnl\b", r"\broi\b", r"^\W*((what|how much)\b.{0,20}\b)?((net|total|my|the|overall) )*(profits?|gains?|earnings)\W*$", r"\b(gain|profit) in (percent|%|dollars)", r"\bwhat (did|has|have)\b(?!.*\b(rules?|gates?)\b).{0,40}\bearn", r"\bearnings\b", r"\bhow (much|far)\b.{0,20}\b(up|down)\b", r"\bhow much\b.{0,30}\b(make|made|earn(ed)?|gain(ed)?|lose|lost)\b", r"\bthe profit\b"), ("profit", "total_return", "trip_profit")),
    (words(r"\breturns?\b"), ("total_return", "benchmark_return", "excess_return")),
)  # fmt: skip
MEANING = words(r"\b(mean(s|ing)?|definition|defined?|computed|calculated|formula|say)\b")
KEY_FIGURES = (
    ("benchmark_return", "Buy and hold"),
    ("max_drawdown", "Max drawdown"),
    ("trip_count", "Round trips"),
    ("win_rate", "Win rate"),
    ("profit_factor", "Profit factor"),
    ("sharpe", "Sharpe ratio"),
    ("fees_paid", "Fees paid"),
    ("decided_share", "Answered by the decider, of the steps at which it was asked"),
    ("coverage", "Bars present of those expected"),
)
DASHED = "— is undefined: there is too little data for it."


def named(question: str) -> Sequence[str]:
    return next((keys for pattern, keys in NAMED if pattern.search(question)), ())


def figure_uses(question: str, asking: Asking) -> Sequence[Use]:
    """With the definitions where the meaning is asked for; the pages explain it where there is no run yet."""
    wants_meaning = MEANING.search(question) is not None

    def pages(found: Results) -> tuple[str, str] | None:
        is_needed = wants_meaning and "calculate_metrics" not in found
        return tool("explain_feature", about=question.strip()[:200].ljust(2))(found) if is_needed else None

    return [tool("calculate_metrics", definitions=wants_meaning), pages]


def write_figure(results: Results) -> str:
    found = results.get("calculate_metrics")
    if found is None:
        return "".join(row.said("text") for row in results["explain_feature"].rows("Passages")[:1])
    first, *others = [key for key in named(results.question) if found.fact(key)]
    lines = [f"{found.label(key)}: {found.said(key)}" for key in others]
    return paragraphs(
        f"**{found.label(first)}: {found.said(first)}** in {whose(found)}.",
        bullets(*lines),
        formula(found, found.label(first)),
        DASHED if any(not found.has(key) for key in (first, *others)) else "",
        caution(found) if first in ("win_rate", "profit_factor", "sharpe", "expectancy") else "",
        *found.notes,
    )


def formula(found: Found, label: str) -> str:
    for row in found.rows("How they are computed"):
        if row.said("figure") == label:
            return f"It is computed as: {row.said('formula')}"
    return ""


def whose(found: Found) -> str:
    return f"{found.title.removeprefix('Statistics of ')}, as of step {found.said('as_of_step')}"


def caution(found: Found) -> str:
    return FEW_WORDS if 0 < found.value("trip_count") < FEW else ""


def result_line(found: Found) -> str:
    """What it came to, and how that stands beside holding."""
    if not found.has("profit"):
        return (
            f"**{found.title.removeprefix('Statistics of ')} has taken no step yet**, so there is no result."
        )
    profit, excess = found.value("profit"), found.value("excess_return")
    did = "lost" if profit < 0 else "made" if profit else "neither lost nor made money"
    came_to = f"{did} {amount(profit)}** ({found.said('total_return')})" if profit else f"{did}**"
    beside = (
        ""
        if not found.has("excess_return")
        else ", ahead of buy and hold"
        if excess > 0
        else ", behind buy and hold"
    )
    whole = whose(found)
    return f"**{whole[:1].upper()}{whole[1:]}, {came_to}{beside if excess else ''}."


def write_result(results: Results) -> str:
    found = results["calculate_metrics"]
    if not found.has("profit"):
        return paragraphs(result_line(found), *found.notes)
    lines = [f"{label}: {found.said(key)}" for key, label in KEY_FIGURES if found.fact(key)]
    undefined = any(not found.has(key) for key, _ in KEY_FIGURES)
    return paragraphs(
        result_line(found),
        bullets(*lines),
        caution(found),
        DASHED if undefined else "",
        "Every figure with its definition is in the card.",
        *found.notes,
    )


def write_trust(results: Results) -> str:
    found = results["calculate_metrics"]
    trips = found.value("trip_count")
    luck = found.said("luck")
    said = (
        paragraphs(f"**{luck[:1].upper()}{luck[1:]}.**", found.said("luck_why")) if found.has("luck") else ""
    )
    unknown = (
        f"**It rests on {counted(found.said('trip_count'), 'round trip')}.** Whether chance alone would have done as well "
        "is worked out under “Luck” on the run's page."
    )
    return paragraphs(
        said or unknown,
        result_line(found),
        bullets(
            f"Round trips: {found.said('trip_count')}" + (", which is few" if 0 < trips < FEW else ""),
            answered_line(found),
            f"Bars present of those expected: {found.said('coverage')}",
        ),
        "One day, or a few, says little about the next: try it on others before you trust it.",
        *found.notes,
    )


def answered_line(found: Found) -> str:
    """Of how many steps the decider's answers can be: one that waits between two questions answers no others."""
    asked, steps = found.value("asked"), found.value("as_of_step")
    if not asked:
        return "The decider was asked at no step"
    line = f"Answered by the decider: {found.said('answered')} of the {found.said('asked')} steps at which it was asked"
    return f"{line}, of {found.said('as_of_step')} steps in all" if asked < steps else line


def write_ai_cost(results: Results) -> str:
    return paragraphs(
        "**What asking a language model cost stands on the run's page**, under “AI spending” beside its result, and call by "
        "call on its tab “LLM calls”.",
        "All runs and days together are under “AI endpoints”, “Spending”. A plain rule costs nothing to ask.",
    )


AI_COST = Intent(
    "ai_cost",
    words(
        r"\b(ai|llm|language model|gpt\S*|tokens?)\b.{0,20}\b(cost|costs|expensive|spend|spent|spending|price)\b",
        r"\b(cost|costs|expensive|spend|spent|spending|pay|paid)\b.{0,20}\b(ai|llm|language model|gpt\S*|tokens?)\b",
        r"\bhow many\b.{0,20}\b(tokens|calls)\b",
    ),
    always(),
    write_ai_cost,
)
STANDING = Intent(
    "result",
    words(
        r"^\W*((and|so|well|ok(ay)?)\W+)*(did|does|do|has|have|is|am|was|are|were)\b.{0,30}"
        r"\b(money|profit(s|able)?|(up|down)( or (up|down))?\W*$|positive|negative|in the (green|red|black|plus|minus)|ahead"
        r"|(a )?(good|bad|decent|success\w*)( (run|result|day))?\W*$)",
        r"\bhow (good|bad|well) (was|is|did|does)\b",
    ),
    always(tool("calculate_metrics")),
    write_result,
)
FIGURE = Intent(
    "figure",
    words(
        rf"^(?!.*\b(slippage|fees?)\b.*\b(computed|calculated|work)\b)(?=.*(?:{'|'.join(pattern.pattern for pattern, _ in NAMED)}))",
    ),
    figure_uses,
    write_figure,
)
RESULT = Intent(
    "result",
    words(
        r"\b(metrics?|statistics|performance|results?|summary|summari[sz]e|status|overview)\b",
        r"\bhow (did|does|do|is|was|are)\b.{0,30}\b(it|run|runs|model|do|doing|go|going|perform\w*)\b",
        r"\bwhat did\b.{0,60}\bdo\b",
        r"\bwhat happened\W*$",
        r"\b(bottom line|the numbers|outcome)\b",
        r"\b(tell me (more )?about|describe|explain|walk me through)\b.{0,12}\b(run|it|session|day)\W*$",
    ),
    always(tool("calculate_metrics")),
    write_result,
)
TRUST = Intent(
    "trust",
    words(
        r"\b(luck(y)?|chance|trust|reliable|significant|significance|skill|fluke|believe|real money|worth(while)?)\b"
    ),
    always(tool("calculate_metrics")),
    write_trust,
)
