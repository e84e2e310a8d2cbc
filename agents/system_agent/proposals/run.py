"""Proposing to run a Model again: on the same days or others, as it is set up now."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from agents.system_agent.proposals.base import Draft, Maker
from agents.system_agent.proposals.instructions import result_of
from agents.tools.about import run_asked, run_title
from agents.tools.base import Asking, RunArguments
from agents.tools.compare_runs import flattened, said
from core.errors import UserError
from profiles.selectors import profile_get
from runs.models import Mode, Run
from runs.snapshot import snapshot_take

MOST_CHANGES = 20
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
SKIPPED = ("format", "code_version", "decider")


class ProposeRun(RunArguments):
    """Which run to repeat, and what should be different about it."""

    symbols: Annotated[list[str], Field(min_length=1, max_length=50)] | None = None
    date_from: Day | None = Field(None, description="The first day, as 2026-03-10.")
    date_to: Day | None = Field(None, description="The last day of a daily run.")
    session: Literal["pre", "regular", "after"] | None = None


def propose_run(asking: Asking, wanted: ProposeRun) -> Draft:
    run = run_asked(asking, wanted)
    before = request_of(run)
    after = before | changes_of(wanted)
    if run.mode == Mode.INTRADAY:
        after["date_to"] = after["date_from"]
    if after["date_to"] < after["date_from"]:
        raise UserError(
            f"The last day should not be before the first: {after['date_from']} to {after['date_to']}."
        )
    changed = [name for name in after if after[name] != before[name]]
    own = [
        line
        for name in changed
        for line in (f"- {name} {said(before[name])}", f"+ {name} {said(after[name])}")
    ]
    return Draft(
        model_id=run.model_id,
        title=f"Run {run.model.name} again" + (f" with other {', '.join(changed)}" if changed else ""),
        payload=after,
        diff=(*own, *since(asking, run)) or (f"  nothing differs from {run_title(run)}",),
        evidence=(result_of(run),),
    )


def request_of(run: Run) -> dict[str, Any]:
    """What was asked for when the run was started, without its decider, which is the Model's own."""
    return {
        "symbols": list(run.symbols),
        "date_from": str(run.date_from),
        "date_to": str(run.date_to),
        "mode": run.mode,
        "session": run.session or "regular",
    }


def changes_of(wanted: ProposeRun) -> dict[str, Any]:
    """Raises UserError for what is no date or no symbol."""
    sent = {name: getattr(wanted, name) for name in ("symbols", "date_from", "date_to", "session")}
    found = {name: value for name, value in sent.items() if value is not None}
    for name in ("date_from", "date_to"):
        if name in found:
            try:
                date.fromisoformat(found[name])
            except ValueError:
                raise UserError(f"There is no day {found[name]!r}.") from None
    if "symbols" in found:
        found["symbols"] = [symbol.strip().upper() for symbol in found["symbols"]]
    return found


def since(asking: Asking, run: Run) -> list[str]:
    """What has been changed about the Model since this run, so that the new one will differ in it."""
    model = run.model
    now = snapshot_take(
        model=model,
        profile=profile_get(asking.user),
        decider=model.decider,
        decider_params=model.decider_params,
        mode=run.mode,
    )
    then, now = flat(run.snapshot), flat(now)
    differing = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    lines = [
        line
        for name in differing
        for line in (f"- {name} {said(then.get(name))}", f"+ {name} {said(now.get(name))}")
    ]
    return lines[: 2 * MOST_CHANGES]


def flat(snapshot: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in snapshot.items() if name not in (*SKIPPED, "rules")}
    rules = {
        f"rule {rule['name']}": f"{rule['kind']} {said(rule['params'])} {rule['verb']}"
        for rule in snapshot["rules"]
    }
    return flattened(kept) | rules


MAKER = Maker(
    "propose_run",
    "run",
    "Propose to run a Model again as it is set up now, on the same symbols and days as a run or on others; nothing is "
    "started until the user accepts. For other fees, slippage, delay or rules on the recorded decisions use what_if.",
    ProposeRun,
    propose_run,
)
