"""Forms of users and profiles, and of what is done to a Model as a whole."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms

from core.forms import ServiceForm
from profiles.fields import ListField, decimal_field, whole_field
from profiles.models import TradingProfile
from profiles.services import PROFILE_FIELDS
from profiles.vocabulary import Experience, PreferredStyle, RiskTolerance


def zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


class SignUpForm(ServiceForm):
    username = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
    )
    email = forms.EmailField(required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters, not only digits, and nothing that others use too.",
    )


class CloneForm(ServiceForm):
    name = forms.CharField(max_length=100, label="Name of the copy")


class ProfileForm(ServiceForm):
    """A user's own limits and habits."""

    experience = forms.ChoiceField(choices=Experience.choices)
    risk_tolerance = forms.ChoiceField(choices=RiskTolerance.choices)
    trading_style = forms.ChoiceField(label="Style", choices=PreferredStyle.choices)
    timezone = forms.ChoiceField(
        label="Time zone", choices=zones, help_text="Pages show times in it, with exchange time beside."
    )
    max_position_size_percent = decimal_field("Largest position, % of equity")
    max_open_positions = whole_field("Open positions at most")
    min_cash_reserve_percent = decimal_field("Cash reserve, % of equity")
    max_loss_per_day = decimal_field(
        "Largest loss a day, $", required=False, help_text="Empty: no limit of yours."
    )
    max_loss_per_week = decimal_field(
        "Largest loss a week, $", required=False, help_text="Empty: no limit of yours."
    )
    stop_trading_if_daily_loss_exceeds = decimal_field(
        "Stop trading after a daily loss of, $", required=False, help_text="Empty: no limit of yours."
    )
    trading_hours_start = forms.TimeField(
        label="Trading hours from", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    trading_hours_end = forms.TimeField(
        label="Trading hours to",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Exchange time.",
    )
    use_options = forms.BooleanField(label="Options may be used", required=False)
    use_short_selling = forms.BooleanField(label="Selling short is allowed", required=False)
    preferred_sectors = ListField(required=False, help_text="Separated by commas.")
    avoided_sectors = ListField(required=False, help_text="Separated by commas.")

    @staticmethod
    def initial_of(profile: TradingProfile) -> dict[str, Any]:
        return {name: getattr(profile, name) for name in PROFILE_FIELDS}
