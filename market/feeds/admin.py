"""Staff: where feeds are and who may use them, how they answered, and everybody's downloads. No page shows a key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from core.admin import ReadOnlyAdmin
from core.errors import UserError
from market.downloads.models import Download, FetchedDays
from market.feed_models import FeedKey, FeedSite, FeedStatus
from market.feeds import FEEDS, feed_get
from market.feeds.forms import key_field
from market.feeds.keys import site_key_set
from market.feeds.reach import origin, url_check


class SiteForm(forms.ModelForm[FeedSite]):
    """The site's key is typed here, part by part, and never shown again."""

    feed = forms.ChoiceField(choices=[(name, feed.label) for name, feed in FEEDS.items()])
    part_0 = key_field("Key (or key ID)", required=False)
    part_1 = key_field("Secret key, where there is one", required=False)
    remove_key = forms.BooleanField(required=False, label="Remove the stored key")

    class Meta:
        model = FeedSite
        fields = ["feed", "is_offered", "base_url", "requests_per_minute"]

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"])
        try:
            return url_check(url) if url else ""
        except UserError as error:
            raise ValidationError(error.message) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        parts = [values[name] for name in ("part_0", "part_1") if values.get(name)]
        try:
            if values.get("feed") and (parts or values.get("remove_key")):
                site_key_set(
                    self.instance, feed_get(values["feed"]), [] if values.get("remove_key") else parts
                )
            elif self.instance.has_key and origin(values.get("base_url", "")) != origin(
                self.initial["base_url"]
            ):
                self.add_error("part_0", "Enter the key again: the address is another host's now.")
        except UserError as error:
            self.add_error("part_0", error.message)
        return values


@admin.register(FeedSite)
class FeedSiteAdmin(admin.ModelAdmin[FeedSite]):
    form = SiteForm
    list_display = ["feed", "is_offered", "base_url", "requests_per_minute", "key_is_stored", "updated_at"]

    @admin.display(boolean=True, description="key stored")
    def key_is_stored(self, site: FeedSite) -> bool:
        return site.has_key


@admin.register(FeedKey)
class FeedKeyAdmin(ReadOnlyAdmin):
    list_display = ["feed", "user", "updated_at"]
    list_filter = ["feed"]
    search_fields = ["user__username"]
    list_select_related = ["user"]
    exclude = ["key_encrypted"]


@admin.register(FeedStatus)
class FeedStatusAdmin(ReadOnlyAdmin):
    list_display = ["feed", "last_success_at", "lag_seconds", "newest_bar_at", "last_error_at", "last_error"]


@admin.register(Download)
class DownloadAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "user",
        "feed",
        "timeframe",
        "first",
        "last",
        "state",
        "parts_done",
        "parts_total",
        "stored",
        "conflicting",
        "refused",
        "created_at",
    ]
    list_filter = ["state", "feed", "timeframe", "is_again"]
    search_fields = ["user__username", "symbols"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"


@admin.register(FetchedDays)
class FetchedDaysAdmin(ReadOnlyAdmin):
    list_display = ["symbol", "timeframe", "feed", "first", "last", "through", "bar_import", "fetched_at"]
    list_filter = ["feed", "timeframe"]
    list_select_related = ["bar_import"]
    search_fields = ["=symbol"]
    search_help_text = "A whole symbol."
    show_full_result_count = False
