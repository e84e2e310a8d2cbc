"""The strategy snapshot as words and values for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from profiles.deciders import decider_settings, decider_title
from runs.snapshot_words import in_order, label_in, words_in

TITLES = {
    "model": "Model",
    "decider": "Decider",
    "execution": "Execution",
    "profile": "Profile",
    "gates": "Gates",
    "rules": "Rules",
}
LONGEST_ON_A_LINE = 80


class SnapshotRow(NamedTuple):
    label: str
    value: str
    is_long: bool


class SnapshotSection(NamedTuple):
    title: str
    rows: list[SnapshotRow]


def snapshot_sections(snapshot: Mapping[str, Any]) -> list[SnapshotSection]:
    """Every value of the snapshot, those of unknown sections too, in an order in which people ask for them."""
    names = [name for name in TITLES if name in snapshot]
    others = {name: value for name, value in snapshot.items() if name not in TITLES}
    sections = [
        SnapshotSection(TITLES[name], rows_of(section_of(name, snapshot), section=name)) for name in names
    ]
    return [*sections, SnapshotSection("Record", rows_of(others))]


def section_of(name: str, snapshot: Mapping[str, Any]) -> Any:
    """What stands in a section, the decider's parameters beside its name and as forms call them."""
    value = snapshot[name]
    if name != "decider" or "name" not in value:
        return value
    return {"Name": decider_title(value["name"]), **decider_settings(value["name"], value.get("params", {}))}


def rows_of(value: Any, *, section: str = "") -> list[SnapshotRow]:
    if isinstance(value, list):
        value = {str(item.get("name", "")): item for item in value}
    return [row_of(section, name, value[name]) for name in in_order(section, value)]


def row_of(section: str, name: str, value: Any) -> SnapshotRow:
    text = words_in(section, name, value)
    return SnapshotRow(label_in(section, name), text, len(text) > LONGEST_ON_A_LINE)
