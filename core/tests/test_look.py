"""What can be proven about the look without a browser: contrast, strict CSP, vendored files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOKENS = (ROOT / "static/css/tokens.css").read_text()
THEMES = ("light", "dark")

TEXTS = ["ink", "ink-muted", "accent", "accent-strong", "gain", "loss", "denied", "problem"]
SURFACES = ["page", "surface", "raised"]
PAIRS = [(text, surface) for text in TEXTS for surface in SURFACES] + [
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("surface", "ink"),
    ("gain", "gain-tint"),
    ("loss", "loss-tint"),
    ("denied", "denied-tint"),
    ("problem", "problem-tint"),
    ("ink", "gain-tint"),
    ("ink", "denied-tint"),
    ("ink", "problem-tint"),
    ("ink", "accent-tint"),
    ("ink-muted", "accent-tint"),
    ("accent", "accent-tint"),
    ("ink", "ai-tint"),
    ("ink-muted", "ai-tint"),
]
# Lines that say where a control is, and lines of charts: 3:1 is enough.
EDGES = [
    ("line-strong", "surface"),
    ("line-strong", "page"),
    ("chart-benchmark", "surface"),
    ("chart-bar", "surface"),
]


def token(name: str, theme: str) -> str:
    found = re.search(rf"--{name}: (?:light-dark\((#\w+), (#\w+)\)|var\(--([\w-]+)\));", TOKENS)
    assert found, f"no token {name}"
    if found[3]:
        return token(found[3], theme)
    return found[1] if theme == "light" else found[2]


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (lighter + 0.05) ÷ (darker + 0.05)."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_is_legible_on_every_surface(front: str, back: str, theme: str) -> None:
    assert contrast(token(front, theme), token(back, theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_edges_and_lines_can_be_seen(front: str, back: str, theme: str) -> None:
    assert contrast(token(front, theme), token(back, theme)) >= 3


def pages() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT / "templates").as_posix())
def test_no_template_has_inline_script_or_style(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), "inline script"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|\shx-on|javascript:", text), "inline style or handler"


def test_colours_stand_in_the_tokens_only() -> None:
    for source in [*(ROOT / "styles").glob("*.css"), *(ROOT / "static/js").glob("*.js")]:
        assert not re.search(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;,) ])", source.read_text()), (
            source.name
        )


def test_vendored_files_are_the_ones_that_are_written_down() -> None:
    vendor = ROOT / "static/vendor"
    rows = re.findall(
        r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", (vendor / "VERSIONS.md").read_text(), re.MULTILINE
    )
    assert rows
    for name, checksum in rows:
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == checksum, name
    listed = {name for name, _ in rows}
    assert {path.relative_to(vendor).as_posix() for path in vendor.rglob("*.js")} == listed
