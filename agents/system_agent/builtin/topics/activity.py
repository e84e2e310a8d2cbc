"""Why nothing, or little, was traded, and what is held."""

from __future__ import annotations

from agents.system_agent.builtin.base import Intent, Results, always, tool, words
from agents.system_agent.builtin.reading import Found, bullets, counted, paragraphs
from agents.system_agent.builtin.topics.looking import entry_line

MOST_SHOWN = 3
OUTCOMES = (
    ("ordered", "asked for an order and got it"),
    ("denied", "asked for an order and were denied by a limit"),
    ("held", "chose to do nothing"),
    ("failed", "brought no usable answer"),
    ("skipped", "were skipped"),
)


def denials_wanted(results: Results) -> tuple[str, str] | None:
    found = results.get("get_reasoning")
    return ("rule_report", "{}") if found is not None and found.value("denied") else None


def denied_wanted(results: Results) -> tuple[str, str] | None:
    """The decisions that were denied, which say more than the newest."""
    found = results.get("get_reasoning")
    return (
        tool("get_reasoning", outcome="denied", limit=MOST_SHOWN)(results)
        if found and found.value("denied")
        else None
    )


def outcomes(found: Found) -> str:
    """How the decisions ended."""
    return bullets(*(f"{found.said(key)} {words_}" for key, words_ in OUTCOMES if found.value(key)))


def codes(results: Results) -> str:
    found = results.get("rule_report")
    rows = found.rows("Denials by limit") if found else []
    return bullets(*(f"{row.said('code')} denied {counted(row.said('count'), 'order')}" for row in rows))


def quiet(results: Results) -> str:
    """Why there are no trades, or so few."""
    found = results["get_reasoning"]
    tally = {key: found.value(key) for key, _ in OUTCOMES}
    most = max(tally, key=lambda key: tally[key])
    head = {
        "denied": "**Limits denied what it asked for.**",
        "held": "**It mostly chose to do nothing.**",
        "failed": "**It mostly brought no usable answer.**",
    }.get("denied" if not tally["ordered"] and tally["denied"] else most, "**It did ask for orders.**")
    told = results.get("get_reasoning again", found)
    shown = [row for row in told.rows("Entries") if row.cells["outcome"] != "ordered"][:MOST_SHOWN]
    limits = codes(results)
    return paragraphs(
        f"{head} Of its decisions in {found.title.removeprefix('Reasoning of ')}:",
        outcomes(found),
        "What denied its orders:" if limits else "",
        limits,
        "The newest of them:" if shown else "",
        bullets(*map(entry_line, shown)),
        "Ask “Which limits bind it?” for the limits with their sources." if limits else "",
        *found.notes,
    )


def write_held(results: Results) -> str:
    found = results["analyze_trades"]
    rows = [
        f"{row.said('quantity')} {row.said('symbol')}, bought at {row.said('average_price')} on average, now at "
        f"{row.said('mark')}: {row.said('open_profit')} of open profit"
        for row in found.rows("Still held")
    ]
    whole = found.title.removeprefix("Trades of ")
    return paragraphs(
        f"**{whole[:1].upper()}{whole[1:]} holds{':' if rows else ' nothing.'}**",
        bullets(*rows),
        f"Its equity is {found.said('final_equity')}.",
        *[note for note in found.notes if "round trip" not in note],
    )


QUIET = Intent(
    "quiet",
    words(
        r"\bwhy\b.{0,40}(\b(not|never|no|few|fewer|little|nothing|only)\b|n['’]t\b).{0,30}"
        r"\b(trad\w*|buy|bought|sell|sold|orders?|positions?|do|happen\w*|active)\b",
        r"\b(did|does|has|is)(n['’]t| it not)\b.{0,20}\btrad",
    ),
    always(tool("get_reasoning", limit=10), denied_wanted, denials_wanted),
    quiet,
)
HELD = Intent(
    "held",
    words(
        r"\bwhat\b.{0,20}\b(hold(s|ing)?|held|own(s|ed)?)\b(?!.{0,10}\btimes?\b)",
        r"\b(open|current|my) positions?\W*$",
        r"\b(open|current) positions?\b",
        r"\bstill (hold|held|holding)\b",
        r"\bholdings?\b(?!.{0,3}\btimes?\b)",
    ),
    always(tool("analyze_trades", limit=1)),
    write_held,
)
