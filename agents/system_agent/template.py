"""The analyst's prompt files. A version that was used is never edited: a change is a new folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agents.prompts.template import Template, template_read

FOLDER = Path(__file__).parent / "prompts"
PARTS = ("system", "situation", "summary", "check", "last")
NEWEST = "analyst_1"


@cache
def template_load(name: str = NEWEST) -> Template:
    """Raises FileNotFoundError for a version that there isn't."""
    return template_read(FOLDER / name, PARTS)
