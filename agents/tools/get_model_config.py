"""How a Model is set up, and every limit that binds it with where it comes from; without a Model, the user's Models."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import Field

from agents.tools.about import model_asked, model_url, run_asked, run_facts, run_link, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.payload import Fact, Link, Payload, Row, Table, Unit, table_of
from profiles.describe import model_sections, model_sentence
from profiles.models import TradingModel
from profiles.selectors import models_list
from rules.limit_rows import limit_rows
from rules.limits import EffectiveLimits, effective_limits
from rules.selectors import limits_now, rules_for_snapshot
from runs.selectors import runs_of_user

MOST_MODELS = 50


class GetModelConfig(RunArguments):
    as_run: bool = Field(
        False, description="As the run started, from its snapshot, instead of as the Model is set up now."
    )


def get_model_config(asking: Asking, wanted: GetModelConfig) -> Payload:
    if wanted.as_run or wanted.run_id is not None or wanted.run_number is not None:
        return config_of_run(asking, wanted)
    model = model_asked(asking, wanted)
    return list_of_models(asking) if model is None else config_of_model(asking, model)


def config_of_model(asking: Asking, model: TradingModel) -> Payload:
    texts = {"custom_rules": model.custom_rules, "custom_instructions": model.custom_instructions}
    return Payload(
        title=f"Configuration of {model.name}",
        about=[Fact(key="model_id", label="Model id", value=model.pk, unit=Unit.COUNT)],
        facts=[
            Fact(key="in_short", label="In short", value=model_sentence(model)),
            *text_facts(texts, model.ai_suggested),
        ],
        tables=[
            settings_table(model),
            limits_table(limits_now(model)),
            rules_table(rules_for_snapshot(model)),
        ],
        links=[Link(text=model.name, url=model_url(model.pk))],
    )


def config_of_run(asking: Asking, wanted: GetModelConfig) -> Payload:
    """What the run used; edits since then have not touched it."""
    run = run_asked(asking, wanted)
    snapshot = run.snapshot
    plain = {name: value for name, value in sorted(snapshot["model"].items()) if name not in TEXTS}
    decider = snapshot["decider"]
    return Payload(
        title=f"Configuration of {run_title(run)}",
        about=run_facts(run),
        facts=[
            Fact(key="decider", label="Decider", value=decider["name"]),
            *text_facts(snapshot["model"], snapshot.get("ai_suggested", ())),
        ],
        tables=[
            values_table("Decider", decider["params"]),
            values_table("Model", plain),
            values_table("Fills and fees", snapshot["execution"]),
            limits_table(effective_limits(snapshot)),
            rules_table(snapshot["rules"]),
        ],
        links=[run_link(run)],
    )


TEXTS = {"custom_rules": "Rules in words, binding", "custom_instructions": "Instructions in words, guidance"}


def text_facts(values: dict[str, Any], ai_suggested: Collection[str]) -> list[Fact]:
    labels = {
        name: f"{label}, AI suggested" if name in ai_suggested else label for name, label in TEXTS.items()
    }
    return [Fact(key=name, label=label, value=values.get(name) or None) for name, label in labels.items()]


def settings_table(model: TradingModel) -> Table:
    columns = [(name, name.capitalize(), Unit.TEXT) for name in ("section", "setting", "value")]
    rows = [
        Row(values=[title, fact.label, fact.value])
        for title, facts in model_sections(model)
        for fact in facts
    ]
    return table_of("Settings", columns, rows)


def values_table(title: str, values: dict[str, Any]) -> Table:
    columns = [(name, name.capitalize(), Unit.TEXT) for name in ("setting", "value")]
    return table_of(
        title, columns, [Row(values=[name, said(value)]) for name, value in sorted(values.items())]
    )


def said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "not set" if value is None or value == "" else str(value)


def limits_table(limits: EffectiveLimits) -> Table:
    """Every limit with its source; of several of one kind the strictest binds."""
    names = ("limit", "value", "unit", "source", "binds")
    rows = [Row(values=[*row[:4], "yes" if row.binds else "no"]) for row in limit_rows(limits)]
    return table_of("Effective limits", [(name, name.capitalize(), Unit.TEXT) for name in names], rows)


def rules_table(rules: list[dict[str, Any]]) -> Table:
    columns = [
        ("rule", "Rule", Unit.TEXT),
        ("kind", "Kind", Unit.TEXT),
        ("params", "Parameters", Unit.TEXT),
        ("verb", "Enforced by", Unit.TEXT),
        ("priority", "Priority", Unit.COUNT),
        ("version", "Version", Unit.COUNT),
    ]
    rows = [
        Row(
            values=[
                rule["name"],
                rule["kind"],
                params_of(rule),
                rule["verb"],
                rule["priority"],
                rule["version"],
            ]
        )
        for rule in rules
    ]
    return table_of("Rules", columns, rows)


def params_of(rule: dict[str, Any]) -> str:
    params = rule["params"]
    return (
        ", ".join(f"{name} {said(value)}" for name, value in params.items())
        if isinstance(params, dict)
        else str(params)
    )


def list_of_models(asking: Asking) -> Payload:
    models = list(models_list(asking.user)[:MOST_MODELS])
    columns = [
        ("model_id", "Model id", Unit.COUNT),
        ("model", "Model", Unit.TEXT),
        ("in_short", "In short", Unit.TEXT),
        ("runs", "Runs so far", Unit.COUNT),
    ]
    rows = [
        Row(
            values=[model.pk, model.name, model_sentence(model), model.next_run_number - 1],
            url=model_url(model.pk),
        )
        for model in models
    ]
    count = runs_of_user(asking.user).count()
    return Payload(
        title="Your Models",
        facts=[
            Fact(key="models", label="Models", value=models_list(asking.user).count(), unit=Unit.COUNT),
            Fact(key="runs", label="Runs", value=count, unit=Unit.COUNT),
        ],
        tables=[table_of("Models", columns, rows)],
        notes=[] if models else ["There is no Model yet. Create one under “Models”."],
    )


TOOL = Tool(
    "get_model_config",
    "How a Model is set up: decider, account, fills and fees, rules and instructions in words, structured rules, and "
    "every effective limit with its source; of the Model now, or of a run as it started. Lists the user's Models where "
    "none is meant.",
    GetModelConfig,
    get_model_config,
)
