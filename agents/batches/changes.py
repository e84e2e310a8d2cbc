"""One setting of a snapshot changed: which there are, what was typed for one, and the snapshot with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BooleanField, Field, JSONField

from agents.deciders import decider_check
from core.errors import UserError
from profiles.execution.catalogue import BY_NAME
from profiles.execution.form import field_of, read
from profiles.models import TradingModel, TradingProfile
from profiles.validate import validate_model, validate_profile
from rules.kinds import KINDS
from rules.param_problems import params_read
from runs.snapshot import code_version, execution_settings, fields_of
from runs.words import label_of, words_of

MODEL = (
    "initial_cash",
    "custom_rules",
    "custom_instructions",
    "model_parameters",
    "allowed_order_types",
    "allow_shorting",
    "margin_account",
    "max_position_size_dollars",
    "max_daily_loss_dollars",
)
PROFILE = (
    "max_position_size_percent",
    "max_open_positions",
    "max_loss_per_day",
    "max_loss_per_week",
    "stop_trading_if_daily_loss_exceeds",
    "min_cash_reserve_percent",
    "trading_hours_start",
    "trading_hours_end",
    "use_short_selling",
)
OFF = "off"
TRUTH = {"yes": True, "true": True, "no": False, "false": False}


class Setting(NamedTuple):
    """A setting that may be changed, as it is in the snapshot."""

    path: str  # "model.initial_cash", "rules.Cap"
    section: str
    label: str
    value: str  # in words


def settings_of(snapshot: Mapping[str, Any]) -> list[Setting]:
    """Everything of a snapshot that one change may be."""
    return [
        Setting(f"{place}.{name}", section, label, value)
        for place, section, found in (
            ("decider", "Decider", decider_settings(snapshot)),
            ("rules", "Rules", rule_settings(snapshot)),
            ("model", "Model", plain_settings(snapshot["model"], MODEL)),
            ("execution", "Execution", execution_words(snapshot)),
            ("profile", "Profile", plain_settings(snapshot["profile"] or {}, PROFILE)),
        )
        for name, label, value in found
    ]


def decider_settings(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, value in snapshot["decider"]["params"].items():
        yield name, label_of(name), words_of(value)


def rule_settings(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for rule in snapshot["rules"]:
        yield rule["name"], rule["name"], words_of(rule["params"])


def plain_settings(values: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        if name in values:
            yield name, label_of(name), words_of(values[name])


def execution_words(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, setting in BY_NAME.items():
        value = snapshot["execution"][name]
        yield name, setting.label, setting.words(value)


def snapshot_changed(snapshot: Mapping[str, Any], path: str, text: str, mode: str) -> dict[str, Any]:
    """The snapshot with what was typed for one setting. Raises UserError for what can't be, and for what it was."""
    place, _, name = path.partition(".")
    known = {setting.path for setting in settings_of(snapshot)}
    if path not in known:
        raise wrong("field", f"There is no setting {path[:80]!r} to change in this run.")
    change = {
        "decider": decider_changed,
        "rules": rule_changed,
        "model": model_changed,
        "execution": execution_changed,
        "profile": profile_changed,
    }[place]
    changed = json.loads(
        json.dumps({**snapshot, **change(snapshot, name, text.strip(), mode)}, cls=DjangoJSONEncoder)
    )
    if changed == snapshot:
        raise wrong("value", "That is what it was; say something else.")
    return {**changed, "code_version": code_version()}


def decider_changed(snapshot: Mapping[str, Any], name: str, text: str, mode: str) -> dict[str, Any]:
    decider = snapshot["decider"]
    before = decider["params"][name]
    value = json_of(text) if isinstance(before, list | dict) else text or None
    try:
        params = decider_check(decider["name"], {**decider["params"], name: value})
    except UserError as error:
        raise wrong("value", error.message) from None
    return {"decider": {**decider, "params": params}}


def rule_changed(snapshot: Mapping[str, Any], name: str, text: str, mode: str) -> dict[str, Any]:
    """Leave a rule out, or give it other parameters as JSON."""
    rules = list(snapshot["rules"])
    place = next(number for number, rule in enumerate(rules) if rule["name"] == name)
    if text.casefold() == OFF:
        del rules[place]
        return {"rules": rules}
    kind = KINDS[rules[place]["kind"]]
    params, problems = params_read(kind.params, json_of(text))
    if params is None:
        raise wrong("value", " ".join(f"{field}: {problem}" for field, problem in problems.items()))
    rules[place] = {**rules[place], "params": params.model_dump(mode="json")}
    return {"rules": rules}


def model_changed(snapshot: Mapping[str, Any], name: str, text: str, mode: str) -> dict[str, Any]:
    model = row_of(TradingModel, snapshot["model"])
    setattr(model, name, typed(TradingModel, name, text))
    judged(validate_model, model)
    # What follows from the Model follows here too: a margin account has another kind of execution.
    marks = snapshot.get("ai_suggested")
    return {
        "model": {**snapshot["model"], **fields_of(model)},
        "execution": execution_settings(model, mode).to_json(),
        # Other words than an analyst's are no longer an analyst's.
        **({"ai_suggested": [mark for mark in marks if mark != name]} if marks else {}),
    }


def execution_changed(snapshot: Mapping[str, Any], name: str, text: str, mode: str) -> dict[str, Any]:
    setting = BY_NAME[name]
    value = read(setting, cleaned(field_of(setting), text))
    kept = str(value) if isinstance(value, Decimal) else value
    model = snapshot["model"]
    return {
        "execution": {**snapshot["execution"], name: kept},
        "model": {**model, "execution": {**model.get("execution", {}), name: kept}},
    }


def profile_changed(snapshot: Mapping[str, Any], name: str, text: str, mode: str) -> dict[str, Any]:
    profile = row_of(TradingProfile, snapshot["profile"])
    setattr(profile, name, typed(TradingProfile, name, text))
    judged(validate_profile, profile)
    return {"profile": {**snapshot["profile"], **fields_of(profile)}}


def row_of(table: Any, values: Mapping[str, Any]) -> Any:
    """A row in memory, as the snapshot has it; a field that it does not know stays out."""
    known = {field.name: field for field in table._meta.concrete_fields}
    return table(**{name: known[name].to_python(value) for name, value in values.items() if name in known})


def typed(table: Any, name: str, text: str) -> Any:
    """What was typed, as the field keeps it."""
    field: Field[Any, Any] = table._meta.get_field(name)
    if isinstance(field, BooleanField):
        if text.casefold() not in TRUTH:
            raise wrong("value", f"Say yes or no; found {text[:40]!r}.")
        return TRUTH[text.casefold()]
    if isinstance(field, ArrayField):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(field, JSONField):
        return json_of(text or "{}")
    form_field = field.formfield()
    assert form_field is not None
    return cleaned(form_field, text)


def cleaned(field: forms.Field, text: str) -> Any:
    try:
        return field.clean(text)
    except ValidationError as error:
        raise wrong("value", " ".join(error.messages)) from None


def judged(validate: Callable[[Any], None], row: Any) -> None:
    try:
        validate(row)
    except UserError as error:
        raise wrong("value", error.message) from None


def json_of(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong("value", f"JSON is wanted here; {error}.") from None


def wrong(field: str, message: str) -> UserError:
    return UserError(message, fields={field: message})
