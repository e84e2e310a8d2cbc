"""The source of the house, for tests that read it: which files there are, and what stands in them."""

from __future__ import annotations

import ast
import configparser
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tradelab.env import BASE_DIR

NOT_SOURCE = {".venv", "var", "node_modules", ".git", "static"}


@dataclass(frozen=True)
class Function:
    """A function of ours: where it is, and how many lines it takes."""

    place: str
    lines: int


def relative(path: Path) -> str:
    return path.relative_to(BASE_DIR).as_posix()


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


@cache
def floors() -> list[list[str]]:
    """The rooms from top to bottom, those on one floor together; read from .importlinter, their only home."""
    config = configparser.ConfigParser()
    config.read(BASE_DIR / ".importlinter")
    layers = config["importlinter:contract:floors"]["layers"].split("\n")
    return [[room.strip() for room in layer.split("|")] for layer in layers if layer.strip()]


def rooms() -> list[str]:
    return [room for floor in floors() for room in floor]


@cache
def python_files() -> list[Path]:
    """All Python of ours except migrations, which are written by a program."""
    inside = [path for room in rooms() for path in (BASE_DIR / room).rglob("*.py")]
    files = [*inside, *BASE_DIR.glob("*.py"), *(BASE_DIR / "scripts").rglob("*.py")]
    return sorted(path for path in files if "migrations" not in path.parts)


def code_files() -> list[Path]:
    """Python that is not a test."""
    return [path for path in python_files() if "tests" not in path.parts and path.name != "conftest.py"]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(f"{relative(path)}: {node.name}", lines)


def kept_files() -> list[Path]:
    """What the repository keeps; without git, everything that is not made by running it."""
    if (BASE_DIR / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=BASE_DIR, capture_output=True, text=True, check=True
        )
        files = [BASE_DIR / name for name in listing.stdout.split("\0") if name]
    else:
        files = [
            path for path in BASE_DIR.rglob("*") if not NOT_SOURCE & set(path.relative_to(BASE_DIR).parts)
        ]
    return [path for path in files if path.is_file()]
