from django.contrib import admin

from profiles.llm import admin as llm_admin
from profiles.models import TradingModel, TradingProfile
from profiles.notifications import admin as notification_admin
from profiles.tokens import admin as token_admin

__all__ = ["TradingModelAdmin", "TradingProfileAdmin", "llm_admin", "notification_admin", "token_admin"]


@admin.register(TradingModel)
class TradingModelAdmin(admin.ModelAdmin[TradingModel]):
    list_display = ["name", "user", "trading_style", "decider", "initial_cash", "is_active", "archived_at"]
    list_filter = ["trading_style", "decider", "is_active", "margin_account", "allow_shorting"]
    search_fields = ["name", "slug", "user__username"]
    readonly_fields = ["slug", "next_run_number", "archived_at", "created_at", "updated_at"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"


@admin.register(TradingProfile)
class TradingProfileAdmin(admin.ModelAdmin[TradingProfile]):
    list_display = ["user", "experience", "risk_tolerance", "trading_style", "max_open_positions", "timezone"]
    list_filter = ["experience", "risk_tolerance", "trading_style"]
    search_fields = ["user__username"]
    readonly_fields = ["created_at", "updated_at"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]
