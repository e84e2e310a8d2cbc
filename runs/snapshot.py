"""The strategy snapshot: everything a run will use, taken once and never changed."""

from __future__ import annotations

import hashlib
import json
import threading
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import model_to_dict

from profiles.models import TradingModel, TradingProfile
from rules.limits import GATE_THRESHOLDS
from rules.selectors import rules_for_snapshot
from runs.cadence import Cadence
from trading.settings import ExecutionSettings

FORMAT = 1
_reading = threading.Lock()
DECIDING_ROOMS = ("trading", "market", "rules", "agents")


def snapshot_take(
    *,
    model: TradingModel,
    profile: TradingProfile,
    decider: str,
    decider_params: dict[str, Any],
    mode: str,
    cadence: str = Cadence.DAY,
) -> dict[str, Any]:
    """Return the complete configuration as JSON-safe values; Decimals and times as strings."""
    snapshot = {
        "format": FORMAT,
        "code_version": code_version(),
        "model": fields_of(model),
        "profile": fields_of(profile),
        "rules": rules_for_snapshot(model),
        "gates": GATE_THRESHOLDS,
        "decider": {"name": decider, "params": decider_params},
        "execution": execution_settings(model, mode).to_json(),
    }
    if model.ai_suggested:
        snapshot |= {"ai_suggested": model.ai_suggested}
    if mode == "daily":
        snapshot |= {"cadence": cadence, "sees_before": True}
    safe: dict[str, Any] = json.loads(json.dumps(snapshot, cls=DjangoJSONEncoder))
    return safe


def fields_of(row: TradingModel | TradingProfile) -> dict[str, Any]:
    """Every field that a person can set; ids, owners and counters are not configuration."""
    left_out = {"id", "user", "next_run_number", "archived_at", "created_at", "updated_at"}
    return {name: value for name, value in model_to_dict(row).items() if name not in left_out}


def execution_settings(model: TradingModel, mode: str) -> ExecutionSettings:
    """How this Model's orders fill: its own settings over the defaults, its account kind and style."""
    account = {
        "account_type": "margin" if model.margin_account else "cash",
        "leverage": str(model.buying_power) if model.margin_account else "1",
        "daily_bars": mode == "daily",
    }
    return ExecutionSettings.from_json({**account, **model.execution})


def code_version() -> str:
    """Hash of the source of the rooms that decide a run's figures: the same hash means the same code."""
    # One thread reads the files; others that start runs at the same moment wait for what it found.
    with _reading:
        return _code_version()


@cache
def _code_version() -> str:
    digest = hashlib.sha256()
    for room in DECIDING_ROOMS:
        for file in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if "tests" not in file.parts:
                digest.update(file.relative_to(settings.BASE_DIR).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def snapshot_hash(snapshot: dict[str, Any]) -> str:
    """SHA-256 of the snapshot's canonical JSON."""
    canonical = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
