"""Stored values as words for people."""

from __future__ import annotations

from typing import Any


def words_of(value: Any) -> str:
    """A JSON value as text; nothing is a dash."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{label_of(name)}: {words_of(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(words_of(item) for item in value)
    return str(value)


def label_of(name: str) -> str:
    return name.replace("_", " ").replace("ai model", "AI model")
