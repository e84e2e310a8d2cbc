"""What can be proven about the look without a browser: contrast, strict CSP, vendored files."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from itertools import combinations
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
    *((f"series-{number}", "surface") for number in range(1, 7)),
]
SERIES = [f"series-{number}" for number in range(1, 7)]
# What is left of linear red, green and blue without one kind of cone: Machado, Oliveira & Fernandes 2009, severity 1.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def token(name: str, theme: str) -> str:
    found = re.search(rf"--{name}: (?:light-dark\((#\w+), (#\w+)\)|var\(--([\w-]+)\));", TOKENS)
    assert found, f"no token {name}"
    if found[3]:
        return token(found[3], theme)
    return found[1] if theme == "light" else found[2]


def linear_parts(color: str) -> list[float]:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]


def luminance(color: str) -> float:
    linear = linear_parts(color)
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


def times(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> list[float]:
    return [sum(part * value for part, value in zip(row, vector, strict=True)) for row in matrix]


def lab(color: str, sight: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as it is seen."""
    seen = [min(1.0, max(0.0, part)) for part in times(SIGHTS[sight], linear_parts(color))]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    scaled = [part / white for part, white in zip(times(to_xyz, seen), (0.9505, 1, 1.089), strict=True)]
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_lines_that_are_compared_stay_apart_for_the_colour_blind(sight: str, theme: str) -> None:
    seen = [lab(token(name, theme), sight) for name in SERIES]
    assert min(math.dist(one, other) for one, other in combinations(seen, 2)) >= 20  # a glance tells 10 apart


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
