"""The form that starts a run: what to trade, when, and who decides with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from uuid import uuid4

from django import forms
from django.contrib.auth.models import User
from pydantic.fields import FieldInfo

from agents.again import initial_again
from agents.deciders import DECIDERS
from agents.llm.forms import PREFIX, budget_fields, budget_values, endpoint_field, endpoints_offered
from agents.param_fields import ParamGroup, is_asked, param_field, param_groups
from agents.selectors import start_suggestion
from agents.universe import Universe, symbols_with_data
from core.errors import UserError
from core.forms import ServiceForm
from market.columns import Timeframe
from market.feeds import FEEDS
from profiles.deciders import decider_choices
from profiles.fields import SymbolsField
from profiles.models import TradingModel
from runs.cadence import Cadence, cadence_of_style
from runs.models import Mode, Run, Session
from runs.services.start import RunRequest

PARAM = "param_"
PACES = [
    ("", "as fast as it goes"),
    ("1", "1 step a second"),
    ("5", "5 steps a second"),
    ("20", "20 steps a second"),
]
SLOWEST_PACE, FASTEST_PACE = 0.01, 1000.0  # as over the API
SESSIONS = {
    Session.REGULAR: "Regular, 09:30–16:00 ET",
    Session.PRE: "Before, 04:00–09:30 ET",
    Session.AFTER: "After, 16:00–20:00 ET",
}
MODES = {Mode.INTRADAY: "One day, minute by minute", Mode.DAILY: "A range of days, day by day"}


def feeds_offered() -> list[tuple[str, str]]:
    """Bars that are stored, or a feed to listen to while a session goes on."""
    feeds = [kind for kind in FEEDS.values() if Timeframe.MINUTE in kind.about.timeframes]
    return [("", "Stored bars"), *((kind.name, f"Live from {kind.label}") for kind in feeds)]


def paces_offered(wanted: str) -> list[tuple[str, str]]:
    """The usual paces, and the one that a run was started with over the API, so that its clone keeps it."""
    try:
        is_possible = SLOWEST_PACE <= float(wanted) <= FASTEST_PACE
    except ValueError:
        is_possible = False
    is_unusual = is_possible and wanted not in dict(PACES)
    return [*PACES, (wanted, f"{wanted} steps a second")] if is_unusual else PACES


def day_field(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


class StartForm(ServiceForm):
    """One run of a Model. The fields of the decider's parameters follow from the decider that is chosen."""

    universe = forms.ChoiceField(label="Universe", choices=Universe.choices, required=False)
    symbols = SymbolsField(
        label="Symbols",
        required=False,
        help_text="One or several, such as SPY, IBM.",
        widget=forms.TextInput(attrs={"list": "known-symbols"}),
    )
    date_from = day_field("Day")
    session = forms.ChoiceField(choices=list(SESSIONS.items()))
    decider = forms.ChoiceField(label="Who decides", choices=decider_choices)
    mode = forms.ChoiceField(label="Bars", choices=list(MODES.items()))
    feed = forms.ChoiceField(
        label="Where bars come from",
        choices=feeds_offered,
        required=False,
        help_text="Live: as they happen, on a day whose session is not over.",
    )
    date_to = day_field("Last day", required=False, help_text="Of a range of days.")
    cadence = forms.ChoiceField(
        label="Decides", choices=Cadence.choices, required=False, help_text="In a range of days."
    )
    steps_per_second = forms.ChoiceField(label="Pace", choices=PACES, required=False)
    idempotency_key = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def __init__(self, model: TradingModel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model = model
        chosen = str(self.data.get("decider") if self.is_bound else self.initial.get("decider", ""))
        self.decider_class = DECIDERS.get(chosen)
        for name, about in self.params.items():
            self.fields[PARAM + name] = param_field(name, about, self.stored_params(chosen).get(name))
        if "steps_per_second" in self.fields:
            pace = self.data if self.is_bound else self.initial
            self.fields["steps_per_second"].choices = paces_offered(str(pace.get("steps_per_second") or ""))  # type: ignore[attr-defined]  # a ChoiceField
        if self.asks:
            self.offer_endpoints(model.user)
            self.fields.update(budget_fields())

    def offer_endpoints(self, user: User) -> None:
        """Let an endpoint be chosen among those there are, and an AI model among those that they have."""
        offered = endpoints_offered(user)
        self.fields[PARAM + "endpoint"] = endpoint_field(self.fields[PARAM + "endpoint"], offered)
        self.fields[PARAM + "ai_model"].widget.attrs["list"] = "known-ai-models"
        self.ai_models = sorted({name for names in offered.values() for name in names})

    @property
    def asks(self) -> bool:
        """Whether the decider that is chosen asks a language model."""
        return self.decider_class is not None and not self.decider_class.is_free

    def stored_params(self, decider: str) -> Mapping[str, Any]:
        """The Model's own parameters, if they are this decider's."""
        return self.model.decider_params if decider == self.model.decider else {}

    @classmethod
    def fresh(cls, user: User, model: TradingModel) -> Self:
        """A form that would start something sensible as it is."""
        suggested = start_suggestion(user, model)
        decider = model.decider if model.decider in DECIDERS else next(iter(DECIDERS))
        # Sent back as it is, so that pressing twice starts one run.
        cadence = cadence_of_style(model.trading_style)
        own = {"decider": decider, "cadence": cadence, "idempotency_key": uuid4().hex}
        return cls(model, initial={**suggested, **own})

    @classmethod
    def again(cls, model: TradingModel, run: Run) -> Self:
        """A form that would start the same run once more."""
        return cls(model, initial=initial_again(run, PARAM) | {"idempotency_key": uuid4().hex})

    @classmethod
    def filled(cls, model: TradingModel, data: Mapping[str, Any]) -> Self:
        """The form as typed, with the fields of the decider that is now chosen; nothing is judged yet."""
        typed = cls(model, data).typed()
        return cls(
            model, initial={name: value for name, value in typed.items() if not name.startswith(PARAM)}
        )

    @property
    def params(self) -> dict[str, FieldInfo]:
        """Parameters of the decider that a person may choose."""
        known = self.decider_class.params_type.model_fields if self.decider_class else {}
        return {name: about for name, about in known.items() if is_asked(about)}

    @property
    def param_groups(self) -> list[ParamGroup]:
        return param_groups((about, self[PARAM + name]) for name, about in self.params.items())

    @property
    def budget_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if (
            found.get("universe") != Universe.ALL
            and not found.get("symbols")
            and "symbols" not in self.errors
        ):
            self.add_error("symbols", "This field is required, unless all that have data are traded.")
        return found

    def parts(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """What was typed: the form's own fields, the decider's parameters, and the caps on asking."""
        values = dict(self.cleaned_data)
        params = {
            name.removeprefix(PARAM): values.pop(name) for name in self.fields if name.startswith(PARAM)
        }
        budget = budget_values(values)
        own = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
        return own, {name: text for name, text in params.items() if text != ""}, budget

    def values(self) -> dict[str, Any]:
        values, params, budget = self.parts()
        pace, universe = values.pop("steps_per_second"), values.pop("universe")
        values["date_to"] = values["date_to"] or values["date_from"]
        is_daily = values["mode"] == Mode.DAILY
        # A cadence that is preset for a range of days means nothing for one day.
        values["cadence"] = values["cadence"] if is_daily and values["cadence"] else Cadence.DAY
        if universe == Universe.ALL:
            values["symbols"] = symbols_with_data(
                self.model,
                mode=values["mode"],
                session=values["session"],
                first=values["date_from"],
                last=values["date_to"],
            )
        request = RunRequest(
            **values,
            model_id=self.model.pk,
            decider_params=params,
            steps_per_second=float(pace) if pace else None,
            budget=budget,
        )
        return {"request": request}

    def blame(self, error: UserError) -> None:
        """A decider names its parameters without knowing this form's prefix."""
        fields = {
            PARAM + name if PARAM + name in self.fields else name: text for name, text in error.fields.items()
        }
        super().blame(UserError(error.message, code=error.code, fields=fields))
