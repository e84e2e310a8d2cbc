"""Nothing here is long. An exception is listed by name, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradelab.env import BASE_DIR
from tradelab.tests.source import functions, lines_of, python_files, relative

FILE, FUNCTION, VIEW, TEMPLATE, RULE = 300, 40, 15, 150, 80

# "room/file.py" or "room/file.py: function" → why it may be longer
EXCEPTIONS: dict[str, str] = {
    "tradelab/settings.py": "every setting of the building in one file, to be read by section"
}


def over(budget: int, sizes: Iterable[tuple[str, int]]) -> list[str]:
    return [
        f"{place} has {lines} lines, at most {budget}"
        for place, lines in sizes
        if lines > budget and place not in EXCEPTIONS
    ]


def file_sizes(paths: Iterable[Path]) -> list[tuple[str, int]]:
    return [(relative(path), lines_of(path)) for path in paths]


def function_sizes(paths: Iterable[Path]) -> list[tuple[str, int]]:
    return [(function.place, function.lines) for path in paths for function in functions(path)]


def test_files_are_short() -> None:
    assert over(FILE, file_sizes(python_files())) == []


def test_functions_are_short() -> None:
    assert over(FUNCTION, function_sizes(python_files())) == []


def test_views_are_thin() -> None:
    views = [path for path in python_files() if "views" in path.stem and "tests" not in path.parts]
    assert views, "no view was found, so this test looks in the wrong place"
    assert over(VIEW, function_sizes(views)) == []


def test_templates_are_short() -> None:
    assert over(TEMPLATE, file_sizes((BASE_DIR / "templates").rglob("*.html"))) == []


def test_gates_and_rule_kinds_are_small() -> None:
    folders = (BASE_DIR / "rules" / "gates", BASE_DIR / "rules" / "kinds")
    assert over(RULE, file_sizes(path for folder in folders for path in folder.glob("*.py"))) == []


def test_every_exception_is_still_needed_and_has_a_reason() -> None:
    places = {place for place, _ in [*file_sizes(python_files()), *function_sizes(python_files())]}
    assert set(EXCEPTIONS) <= places
    assert all(EXCEPTIONS.values())
