"""On which terms runs stand: those with other money, costs or data are not ranked without saying so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from core.templatetags.numbers import days
from profiles.execution.words import fee_words, slippage_words
from runs.models import Mode, Run
from trading.settings import ExecutionSettings


def unequal_terms(runs: Sequence[Run]) -> list[str]:
    """A sentence for everything that makes one run easier than another; none where all is equal."""
    differing = [
        ("They started with other money", capital_words),
        ("They paid other fees", lambda run: fee_words(execution_of(run))),
        ("They had other slippage", lambda run: slippage_words(execution_of(run))),
        ("Their decisions took another time to become orders", delay_words),
        ("They traded other markets or days", market_words),
    ]
    found = [told for title, words in differing if (told := differs(runs, title, words))]
    same_market = len({market_words(run) for run in runs}) == 1
    if same_market and len({run.data_hash for run in runs if run.data_hash}) > 1:
        found.append(
            "The stored bars of these days changed between them, so they did not see the same prices."
        )
    if len({run.cursor for run in runs}) > 1 and same_market:
        counted = joined(runs, lambda run: f"{run.cursor:,} steps")
        found.append(f"They did not go equally far: {counted}.")
    return found


def terms_apart(runs: Sequence[Run]) -> list[str]:
    """In what the runs of a ranking differ that makes one easier than another, in a word or two each."""
    aspects: list[tuple[str, Callable[[Run], str]]] = [
        ("starting cash", capital_words),
        ("fees", lambda run: fee_words(execution_of(run))),
        ("slippage", lambda run: slippage_words(execution_of(run))),
        ("delay of decisions", delay_words),
        ("markets or days", market_words),
    ]
    return [name for name, words in aspects if len({words(run) for run in runs}) > 1]


def differs(runs: Sequence[Run], title: str, words: Callable[[Run], str]) -> str:
    if len({words(run) for run in runs}) == 1:
        return ""
    return f"{title}: {joined(runs, words)}."


def joined(runs: Sequence[Run], words: Callable[[Run], str]) -> str:
    """ "$10,000 (A, run 1; A, run 2), $50,000 (B, run 1)": each value once, with whose it is."""
    owners: dict[str, list[str]] = {}
    for run in runs:
        owners.setdefault(words(run), []).append(name_of(run))
    return ", ".join(f"{value} ({'; '.join(names)})" for value, names in owners.items())


def name_of(run: Run) -> str:
    return f"{run.model.name}, run {run.number}"


def execution_of(run: Run) -> ExecutionSettings:
    """From what a list has read of the snapshot, or from the whole."""
    execution = run.__dict__.get("execution") or run.snapshot["execution"]
    return ExecutionSettings.from_json(execution)


def capital_words(run: Run) -> str:
    cash = Decimal(run.initial_cash)
    return f"${cash:,.2f}" if cash % 1 else f"${cash:,.0f}"


def delay_words(run: Run) -> str:
    seconds = execution_of(run).decision_delay_seconds
    return f"{seconds} s" if seconds else "none"


def market_words(run: Run) -> str:
    kind = "daily" if run.mode == Mode.DAILY else run.session
    return f"{', '.join(sorted(run.symbols))} on {days(run.date_from, run.date_to)}, {kind}"
