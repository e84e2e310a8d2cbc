"""Writes of users, Models and profiles. Each is one transaction and touches only what was sent."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from core.errors import Conflict, UserError
from core.rls import set_actor
from profiles.models import TradingModel, TradingProfile
from profiles.presets import PRESETS
from profiles.selectors import access_model, profile_get
from profiles.validate import cleaned, known_fields, validate_model, validate_profile

MODEL_FIELDS = (
    "name",
    "description",
    "is_active",
    "initial_cash",
    "allowed_symbols",
    "decider",
    "decider_params",
    "ai_model",
    "model_parameters",
    "custom_rules",
    "custom_instructions",
    "trading_style",
    "instrument",
    "allow_shorting",
    "margin_account",
    "allow_options_strategies",
    "allow_hedging",
    "allowed_order_types",
    "max_position_size_dollars",
    "max_daily_loss_dollars",
    "execution",
    "max_concurrent_runs",
)
PROFILE_FIELDS = (
    "experience",
    "risk_tolerance",
    "trading_style",
    "max_position_size_percent",
    "max_open_positions",
    "max_loss_per_day",
    "max_loss_per_week",
    "stop_trading_if_daily_loss_exceeds",
    "min_cash_reserve_percent",
    "trading_hours_start",
    "trading_hours_end",
    "timezone",
    "use_options",
    "use_short_selling",
    "preferred_sectors",
    "avoided_sectors",
)

# What rooms above copy along with a Model, such as its rules: functions of the Model and its clone.
clone_hooks: list[Callable[[TradingModel, TradingModel], None]] = []


@transaction.atomic
def user_sign_up(*, username: str, password: str, email: str = "") -> User:
    """Create a user with a profile of defaults. Raises UserError for a taken name or a weak password."""
    if not settings.SIGN_UP_IS_OPEN:
        raise UserError("Sign-up is closed here. Ask whoever runs this installation for an account.")
    name = User.normalize_username(username.strip())
    user = User(username=name, email=User.objects.normalize_email(email.strip()))
    validate_user(user, password)
    user.set_password(password)
    user.save()
    set_actor(user.pk)
    TradingProfile.objects.create(user=user)
    return user


def validate_user(user: User, password: str) -> None:
    """Raises UserError for a name that is taken or can't be used, and for a password that is too weak."""
    try:
        UnicodeUsernameValidator()(user.username)
        if not 1 <= len(user.username) <= 150:
            raise ValidationError(f"A name should have 1 to 150 characters, has {len(user.username)}.")
    except ValidationError as error:
        raise UserError(error.messages[0], fields={"username": error.messages[0]}) from None
    # Alice and alice would be taken for each other.
    if User.objects.filter(username__iexact=user.username).exists():
        message = f"The name {user.username} is taken."
        raise UserError(message, fields={"username": message})
    try:
        validate_password(password, user)
    except ValidationError as error:
        message = " ".join(error.messages)
        raise UserError(message, fields={"password": message}) from None


@transaction.atomic
def model_create(user: User, /, **values: Any) -> TradingModel:
    """Create a Model. What is not sent takes the defaults of its style, then those of the table."""
    known_fields(values, MODEL_FIELDS)
    sent = cleaned(values)
    style = str(sent.get("trading_style", TradingModel._meta.get_field("trading_style").get_default()))
    defaults = PRESETS[style].fields() if style in PRESETS else {}
    model = TradingModel(user=user, **{**defaults, **sent})
    validate_model(model)
    model.slug = slug_free(user, model.name)
    model.save()
    return model


def slug_free(user: User, name: str) -> str:
    """The name as a slug, with -2, -3… when the user has it already."""
    # Two creations at once queue here, so that the second sees the first one's slug.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('profiles.slug', %s))", [user.pk])
    stem = slugify(name)[:100] or "model"
    taken = set(
        TradingModel.objects.owned_by(user).filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    if stem not in taken:
        return stem
    return next(
        slug for slug in (f"{stem}-{count}" for count in range(2, len(taken) + 3)) if slug not in taken
    )


@transaction.atomic
def model_update(
    user: User, model_id: int, /, *, ai_suggested: Collection[str] = (), **changes: Any
) -> TradingModel:
    """Change the fields that were sent and no others. Its slug and its past runs stay as they are.

    `ai_suggested` names those of the changes that an analyst proposed: they are marked until somebody changes them again.
    """
    known_fields(changes, MODEL_FIELDS)
    model = access_model(user, model_id, lock=True)
    kept = {name: getattr(model, name) for name in model.ai_suggested}
    for name, value in cleaned(changes).items():
        setattr(model, name, value)
    validate_model(model)
    marked = {name for name, words in kept.items() if getattr(model, name) == words} | set(ai_suggested)
    model.ai_suggested = sorted(marked)
    model.save(update_fields=[*changes, "ai_suggested", "updated_at"])
    return model


def copy_name(model: TradingModel) -> str:
    return f"{model.name[:95]} copy"


@transaction.atomic
def model_clone(user: User, model_id: int, *, name: str = "") -> TradingModel:
    """Copy a Model with its rules, but without its runs, under a new name and slug."""
    source = access_model(user, model_id)
    values = {field: getattr(source, field) for field in MODEL_FIELDS}
    copy = model_create(user, **{**values, "name": name or copy_name(source), "is_active": True})
    copy.ai_suggested = source.ai_suggested
    copy.save(update_fields=["ai_suggested"])
    for copy_along in clone_hooks:
        copy_along(source, copy)
    return copy


@transaction.atomic
def model_archive(user: User, model_id: int) -> TradingModel:
    """Put a Model away: it keeps everything, leaves the list, and starts no more runs."""
    model = access_model(user, model_id, lock=True)
    if model.is_archived:
        raise Conflict(f"{model.name} is archived already.")
    model.archived_at = timezone.now()
    model.save(update_fields=["archived_at", "updated_at"])
    return model


@transaction.atomic
def model_restore(user: User, model_id: int) -> TradingModel:
    """Bring an archived Model back."""
    model = access_model(user, model_id, lock=True)
    if not model.is_archived:
        raise Conflict(f"{model.name} is not archived.")
    model.archived_at = None
    model.save(update_fields=["archived_at", "updated_at"])
    return model


@transaction.atomic
def profile_update(user: User, /, **changes: Any) -> TradingProfile:
    """Change the fields that were sent and no others."""
    known_fields(changes, PROFILE_FIELDS)
    profile = profile_get(user, lock=True)
    for name, value in cleaned(changes).items():
        setattr(profile, name, value)
    validate_profile(profile)
    if profile.pk:
        profile.save(update_fields=[*changes, "updated_at"])
    else:
        profile.save()
    return profile
