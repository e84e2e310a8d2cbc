"""Read settings from the environment; a bad value is refused with what was found and what is wanted."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


def load_file() -> None:
    """Add what `.env` says to the environment, which wins where both name a variable."""
    load_dotenv(BASE_DIR / text("ENV_FILE", ".env"))


def var_dir() -> Path:
    """The folder for everything that this installation writes."""
    return Path(text("VAR_DIR", str(BASE_DIR / "var"))).resolve()


def text(name: str, default: str = "") -> str:
    """A string; an empty variable counts as unset."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} should be yes or no, was {value!r}")
    return value in YES


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} should be a whole number of at least {least}, was {value!r}")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} should be one of {', '.join(allowed)}, was {value!r}")
    return value


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]
