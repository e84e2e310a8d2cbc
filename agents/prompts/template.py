"""Versioned prompt files. A version that runs have used is never edited: a change is a new folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
PARTS = ("system", "bars", "plan", "analysis", "decision", "reflection", "repair")
NEWEST = "trader_1"
PLACE = re.compile(r"\{\{(\w+)\}\}")


class TemplateError(Exception):
    """A bug: a template and the code that fills it don't agree."""


@dataclass(frozen=True, slots=True)
class Template:
    """The texts of one version, with the hash of them all."""

    name: str
    texts: Mapping[str, str]
    hash: str

    @property
    def version(self) -> str:
        """Version number and the beginning of the hash: enough to tell that a file was edited all the same."""
        return f"{self.name.rpartition('_')[2]}+{self.hash[:8]}"

    @property
    def kind(self) -> str:
        return self.name.rpartition("_")[0]

    def fill(self, part: str, **values: str) -> str:
        """A part with its places filled, once: what is filled in may itself contain braces. Raises TemplateError."""
        text = self.texts[part]
        places = set(PLACE.findall(text))
        if places != set(values):
            odd = ", ".join(sorted(places ^ set(values)))
            raise TemplateError(
                f"{self.name}/{part}.md and its values should name the same places; odd: {odd}"
            )
        return PLACE.sub(lambda place: values[place[1]], text)


def template_names() -> list[str]:
    return sorted(folder.name for folder in FOLDER.glob("trader_*"))


@cache
def template_load(name: str = NEWEST) -> Template:
    """Raises KeyError for a version that there isn't."""
    if name not in template_names():
        raise KeyError(name)
    return template_read(FOLDER / name, PARTS)


def template_read(folder: Path, parts: tuple[str, ...]) -> Template:
    """A version from its folder, one file a part."""
    texts = {part: (folder / f"{part}.md").read_text(encoding="utf-8").rstrip("\n") for part in parts}
    return Template(
        folder.name, texts, hashlib.sha256("\0".join(texts[part] for part in parts).encode()).hexdigest()
    )
