"""The data that a run stands on: whether there is any, whether it can be true, and whether it is still the same."""

from __future__ import annotations

from agents.timeline import Timeline, timeline_load
from runs.models import Run
from trading.settings import ExecutionSettings, MarketFill, SlippageModel


class Unusable(Exception):
    """Nothing can be traded on this data; the code and message are those of a failed run."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def data_load(run: Run) -> Timeline:
    """Read a locked run's data and, the first time, write down what it is. Raises Unusable."""
    try:
        timeline = timeline_load(run)
        if len(timeline):
            timeline.reel()  # checks every bar and quote
    except ValueError as error:
        raise Unusable("bad_data", f"Stored data can't be true: {error}. Import it again.") from error
    if not len(timeline):
        raise Unusable("no_data", f"No data: there are no {bars_of(run)}.")
    check_quotes(run, timeline, ExecutionSettings.from_json(run.snapshot["execution"]))
    if run.data_hash and run.data_hash != timeline.data_hash:
        message = "The stored data of this run changed while it was under way; start a new run."
        raise Unusable("data_changed", message)
    if not run.data_hash:
        run.data_hash = timeline.data_hash
        run.steps_total = len(timeline)
        run.bars_present, run.bars_expected = timeline.bars_present, timeline.bars_expected
        run.save(update_fields=["data_hash", "steps_total", "bars_present", "bars_expected"])
    return timeline


def check_quotes(run: Run, timeline: Timeline, execution: ExecutionSettings) -> None:
    """Raise Unusable where conventions need quotes and there are none."""
    if not execution.needs_quotes:
        return
    lacking = [symbol for symbol in run.symbols if not len(timeline.quotes[symbol].start)]
    if lacking:
        raise Unusable(
            "no_quotes",
            f"No quotes: {convention_of(execution)} needs bid and ask, and there are no "
            f"{bars_of(run, 'quote bars', lacking)}. Import them, or choose another convention.",
        )


def bars_of(run: Run, noun: str = "bars", symbols: list[str] | None = None) -> str:
    days = str(run.date_from) if run.date_from == run.date_to else f"{run.date_from} to {run.date_to}"
    kind = f"{run.session} session" if run.session else "daily"
    return f"{kind} {noun} of {', '.join(symbols or run.symbols)} for {days}"


def convention_of(execution: ExecutionSettings) -> str:
    """The first of the chosen conventions that needs quotes, as docs/fills.md calls it."""
    if execution.market_fill is MarketFill.QUOTE_NOW:
        return "market fill quote_now"
    if execution.slippage is SlippageModel.HALF_SPREAD:
        return "slippage half_spread"
    return "touched fill quotes"
