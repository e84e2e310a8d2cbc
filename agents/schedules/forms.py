"""The form of a schedule: what to run, as when a run is started by hand, and when."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.contrib.auth.models import User

from agents.deciders import DECIDERS
from agents.forms import PARAM, SESSIONS, StartForm, day_field
from agents.llm.forms import PREFIX
from agents.schedules.models import Missed, Schedule
from agents.schedules.services import ScheduleWish
from agents.schedules.timing import Anchor, Repeat, Subject
from agents.schedules.words import WEEKDAYS
from agents.selectors import start_suggestion
from agents.universe import Universe
from market.columns import Timeframe
from market.feeds import FEEDS
from profiles.fields import SymbolsField, whole_field
from profiles.models import TradingModel
from runs.cadence import cadence_of_style
from runs.models import Mode, Session

BEFORE, AFTER = "before", "after"


def choices_of(kind: Any) -> Any:
    return list(kind.choices)


class ScheduleForm(StartForm):
    """A Model's schedule. Fields that its other fields make meaningless are not shown."""

    date_from = date_to = steps_per_second = idempotency_key = None  # type: ignore[assignment]  # not of a schedule

    name = forms.CharField(max_length=100, help_text="What you will find it by.")
    repeat = forms.ChoiceField(label="How often", choices=choices_of(Repeat))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A holiday among them is left out.",
    )
    once_on = day_field("Day", required=False)
    subject = forms.ChoiceField(label="Trades", choices=choices_of(Subject))
    anchor = forms.ChoiceField(
        label="Starts",
        choices=[
            (Anchor.OPEN, "by the session's open"),
            (Anchor.CLOSE, "by the session's close"),
            (Anchor.CLOCK, "at an hour of New York time"),
        ],
    )
    minutes = whole_field("Minutes", required=False, help_text="Empty: at that moment.")
    side = forms.ChoiceField(
        label="Before or after", choices=[(AFTER, "after it"), (BEFORE, "before it")], required=False
    )
    clock = forms.TimeField(
        label="Hour",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="New York time, summer and winter.",
    )
    missed = forms.ChoiceField(
        label="If nobody was there",
        choices=choices_of(Missed),
        help_text="When this installation was switched off at the time.",
    )
    universe = forms.ChoiceField(
        choices=choices_of(Universe), required=False, help_text="Found anew for every run."
    )
    session = forms.ChoiceField(
        choices=list(SESSIONS.items()), required=False, help_text="An early close is followed."
    )
    symbols = SymbolsField(
        label="Symbols",
        required=False,
        help_text="One or several, such as SPY, IBM.",
        widget=forms.TextInput(attrs={"list": "known-symbols"}),
    )
    days = whole_field("Trading days", required=False, help_text="Up to the session's, such as 60.")
    feed = forms.ChoiceField(
        label="Feed",
        required=False,
        help_text="Bars that lack are brought from it before a run starts, whole days or none.",
    )

    def __init__(self, model: TradingModel, *args: Any, **kwargs: Any) -> None:
        super().__init__(model, *args, **kwargs)
        wanted = Timeframe.DAY if self.is_daily and not self.is_live else Timeframe.MINUTE
        feeds = [(name, feed.label) for name, feed in FEEDS.items() if wanted in feed.about.timeframes]
        none = ("", "choose one" if self.is_live else "none: only bars that are stored")
        self.fields["feed"].choices = [none, *feeds]  # type: ignore[attr-defined]  # a ChoiceField
        if self.is_live:
            self.fields["feed"].help_text = "Where the bars of the session come from, minute by minute."

    @classmethod
    def fresh(cls, user: User, model: TradingModel) -> Self:
        """A form that would make something sensible as it is: every trading day, after the close."""
        suggested = start_suggestion(user, model)
        decider = model.decider if model.decider in DECIDERS else next(iter(DECIDERS))
        initial = {
            "name": f"{model.name} every day"[:100],
            "symbols": suggested.get("symbols", []),
            "session": suggested.get("session", Session.REGULAR),
            "mode": suggested.get("mode", Mode.INTRADAY),
            "days": 60,
            "cadence": cadence_of_style(model.trading_style),
            "decider": decider,
            "repeat": Repeat.DAY,
            "subject": Subject.TODAY,
            "anchor": Anchor.CLOSE,
            "minutes": 30,
            "side": AFTER,
        }
        return cls(model, initial=initial)

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """The form of a schedule as it is."""
        stored = {name: getattr(schedule, name) for name in cls.base_fields if hasattr(schedule, name)}
        minutes = schedule.offset_minutes
        initial = stored | {
            "minutes": abs(minutes) or None,
            "side": BEFORE if minutes < 0 else AFTER,
            **{PARAM + name: value for name, value in schedule.decider_params.items()},
            **{PREFIX + name: value for name, value in schedule.budget.items()},
        }
        return cls(schedule.model, initial=initial)

    def now(self, name: str) -> str:
        """What a field says at present, typed or not."""
        return str(self[name].value() or "")

    @property
    def is_on_weekdays(self) -> bool:
        return self.now("repeat") == Repeat.WEEKDAYS

    @property
    def is_once(self) -> bool:
        return self.now("repeat") == Repeat.ONCE

    @property
    def is_by_clock(self) -> bool:
        return self.now("anchor") == Anchor.CLOCK

    @property
    def is_daily(self) -> bool:
        return self.now("mode") == Mode.DAILY

    @property
    def is_live(self) -> bool:
        return self.now("subject") == Subject.LIVE

    @property
    def is_of_all(self) -> bool:
        return self.now("universe") == Universe.ALL

    @property
    def wants_feed(self) -> bool:
        """Nobody knows of which symbols bars lack where all are traded that have some."""
        return self.is_live or not self.is_of_all

    def values(self) -> dict[str, Any]:
        given, params, budget = self.parts()
        minutes = given["minutes"] or 0
        # What isn't shown for what is chosen, isn't sent.
        given["session"] = given["session"] or Session.REGULAR
        given["universe"] = given["universe"] or Universe.CHOSEN
        given["feed"] = given["feed"] if self.wants_feed else ""
        wish = ScheduleWish(
            **{name: given[name] for name in given.keys() & known_names()},
            offset_minutes=-minutes if given["side"] == BEFORE else minutes,
            days=given["days"] or 1,
            decider_params=params,
            budget=budget,
        )
        return {"wish": wish}


def known_names() -> set[str]:
    """What the wish has under the form's own names."""
    derived = {"offset_minutes", "days", "decider_params", "budget"}
    return set(ScheduleWish.__dataclass_fields__) - derived
