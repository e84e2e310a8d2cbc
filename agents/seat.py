"""Seating a language model at a run's desk: its journal, its prompts, and what it remembers."""

from __future__ import annotations

from agents.deciders.asking import Asks
from agents.deciders.llm import Llm, Seat
from agents.deciders.llm_params import LlmParams
from agents.memory import first_plan, notes_load
from agents.prompts.briefing import Setting
from agents.prompts.indicators import specs_read
from agents.prompts.prompt import Prompter
from agents.prompts.template import template_load
from agents.timeline import bounds_of
from market.calendar import trading_days
from runs.cadence import Cadence
from runs.models import Run, Session
from trading.ledger import Account
from trading.session import Approve

PACES = {
    Cadence.DAY: "",
    Cadence.WEEK: " Of these bars only the first of each week counts: all others pass without you.",
    Cadence.MONTH: " Of these bars only the first of each month counts: all others pass without you.",
}


def llm_seat(decider: Llm, journal: Asks, run: Run, account: Account, approve: Approve) -> None:
    """Put the decider where the run stands; `account` is that of its last committed step."""
    params = decider.params
    prompter = Prompter(
        template=template_load(params.prompt),
        setting=setting_of(run, params),
        approve=approve,
        bars_shown=params.bars_shown,
        notes=notes_load(run),
    )
    decider.take_seat(Seat(journal, prompter, account, first_plan(run)))


def setting_of(run: Run, params: LlmParams) -> Setting:
    """What a run is about, from the run itself and the exchange's calendar: nothing of its bars."""
    session, days = run.session or Session.REGULAR, trading_days(run.date_from, run.date_to)
    return Setting(
        snapshot=run.snapshot,
        symbols=tuple(run.symbols),
        indicators=specs_read(params.indicators),
        initial_cash=run.initial_cash,
        opens=bounds_of(days[0], session).open,
        closes=bounds_of(days[-1], session).close,
        session=run.session,
        cadence=cadence_words(params) + PACES[Cadence(run.snapshot.get("cadence", Cadence.DAY))],
    )


def cadence_words(params: LlmParams) -> str:
    """When the model is asked, for the model to know."""
    if params.every == 1:
        return "You are asked after every bar."
    occasions = {
        f"after every {params.every} bars": params.every,
        "after a fill": params.on_fill,
        "after a denial or a notice": params.on_event,
        f"after a move of {params.on_move} ATR": params.on_move,
        f"at {params.on_volume} times the usual volume": params.on_volume,
        f"within {params.on_stop} ATR of a working stop": params.on_stop,
    }
    asked = ", ".join(words for words, is_on in occasions.items() if is_on)
    return (
        f"You are asked at the first bar and {asked}; the bars between pass without you."
        if asked
        else ("You are asked at the first bar only.")
    )
