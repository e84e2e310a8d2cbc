"""Which run or Model a tool is asked about, and how what it found names and links it."""

from __future__ import annotations

from django.urls import reverse

from agents.tools.base import Asking, ModelArguments, RunArguments
from agents.tools.payload import Fact, Link, Unit
from core.errors import UserError
from profiles.models import TradingModel
from profiles.selectors import access_model
from runs.models import Run
from runs.selectors import access_run, access_run_by_number, runs_of_user


def run_asked(asking: Asking, wanted: RunArguments) -> Run:
    """The run that is meant. Raises Forbidden for absent and foreign alike, UserError where none can be meant."""
    if wanted.run_id is not None:
        return access_run(asking.user, wanted.run_id)
    model_id = wanted.model_id or asking.model_id
    if wanted.run_number is not None:
        if model_id is None:
            model_id = newest_run(asking).model_id
        return access_run_by_number(asking.user, model_id, wanted.run_number)
    if asking.run_id is not None and wanted.model_id in (None, asking.model_id):
        return access_run(asking.user, asking.run_id)
    return newest_run(asking, model_id)


def newest_run(asking: Asking, model_id: int | None = None) -> Run:
    """The newest run that has taken a step."""
    runs = runs_of_user(asking.user).filter(cursor__gt=0)
    if model_id is not None:
        runs = runs.filter(model=access_model(asking.user, model_id))
    found = runs.first()
    if found is None:
        raise UserError("No run has taken a step yet. Start one on the page of a Model.", code="no_run")
    return found


def model_asked(asking: Asking, wanted: ModelArguments) -> TradingModel | None:
    """The Model that is meant; None where neither the arguments nor the conversation name one. Raises Forbidden."""
    model_id = wanted.model_id or asking.model_id
    if model_id is not None:
        return access_model(asking.user, model_id)
    return access_run(asking.user, asking.run_id).model if asking.run_id is not None else None


def run_title(run: Run) -> str:
    return f"run {run.number} of {run.model.name}"


def run_facts(run: Run) -> list[Fact]:
    """What every answer about a run has to stand on: which run, how far it has come, up to which moment of its clock."""
    return [
        Fact(key="run_id", label="Run id", value=run.pk, unit=Unit.COUNT),
        Fact(key="model_id", label="Model id", value=run.model_id, unit=Unit.COUNT),
        Fact(key="run_number", label="Run", value=run.number, unit=Unit.COUNT),
        Fact(key="model", label="Model", value=run.model.name),
        Fact(key="state", label="State", value=run.state),
        Fact(key="symbols", label="Symbols", value=", ".join(run.symbols)),
        Fact(key="date_from", label="From", value=run.date_from, unit=Unit.DATE),
        Fact(key="date_to", label="To", value=run.date_to, unit=Unit.DATE),
        Fact(key="step", label="Last step", value=run.cursor, unit=Unit.COUNT),
        Fact(key="steps", label="Steps", value=run.steps_total, unit=Unit.COUNT),
        Fact(key="as_of", label="Simulated clock", value=run.simulated_at, unit=Unit.TIME),
    ]


def run_notes(run: Run) -> list[str]:
    """What a reader has to know before trusting the figures."""
    if run.is_active:
        return [f"The run is {run.state}: everything is as of its last step and may still change."]
    return (
        []
        if run.state == "completed"
        else [f"The run {run.state} before its end: figures cover the steps it took."]
    )


def run_url(run: Run) -> str:
    return reverse("runs:run-detail", args=(run.model_id, run.number))


def decision_url(run: Run, step: int) -> str:
    return f"{run_url(run)}?tab=decisions&step={step}#decision"


def decision_cite(run: Run, step: int) -> str:
    """How answers name a decision, so that it becomes a link."""
    return f"run {run.number} step {step}"


def run_link(run: Run) -> Link:
    return Link(text=f"run {run.number}", url=run_url(run))


def model_url(model_id: int) -> str:
    return reverse("profiles:model-detail", args=(model_id,))
