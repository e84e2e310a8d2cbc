from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

CASE: dict[str, Any] = {
    "id": "fee-1",
    "category": "fees",
    "type": "ib_us_equity",
    "input": {"quantity": 1000, "price": 100},
    "expected": {"fee": 5.0},
    "tolerance": 0,
    "agreement": "common",
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    wrong = CASE | {"id": "fee-2", "expected": {"fee": 4.0}, "agreement": "convention"}
    (tmp_path / "fees.json").write_text(json.dumps({"cases": [CASE, wrong]}))
    return tmp_path


def oracle(*arguments: str) -> str:
    out = StringIO()
    call_command("oracle", *arguments, stdout=out)
    return out.getvalue()


def test_counts_what_holds_and_shows_both_numbers_of_what_does_not(cases: Path) -> None:
    lines = oracle(str(cases)).splitlines()
    assert lines[0].split() == ["fees.json", "common", "1", "of", "1", "hold"]
    assert lines[1].split() == ["fees.json", "convention", "0", "of", "1", "hold"]
    assert lines[2] == "fee-2 (convention) fee: expected 4.0, found 5.000"


def test_json_is_for_machines(cases: Path) -> None:
    (report,) = json.loads(oracle(str(cases), "--json"))["files"]
    assert report["agreements"]["common"] == {"holds": 1, "deviates": 0, "unsupported": 0, "unreadable": 0}
    assert report["deviations"][0]["found"] == 5.0


def test_a_case_that_nobody_can_read_is_named_beside_the_others(cases: Path) -> None:
    (cases / "odd.json").write_text(json.dumps({"cases": [CASE | {"id": "fee-3", "input": {}}, CASE, 5]}))
    text = oracle(str(cases / "odd.json"))
    assert "common         1 of    3 hold, 2 not readable" in text
    assert "fee-3 (common) not readable: it has no 'quantity'" in text


def test_says_what_is_wrong_with_a_path(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json can't be read"):
        oracle(str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="No case files in"):
        oracle(str(tmp_path))


def test_a_folder_may_hold_other_files_and_other_folders(cases: Path) -> None:
    (cases / "deeper").mkdir()
    (cases / "deeper" / "more.json").write_text(json.dumps({"cases": [CASE]}))
    (cases / "manifest.json").write_text('{"made": "today"}')
    text = oracle(str(cases))
    assert "more.json          common         1 of    1 hold" in text
    (problem,) = json.loads(oracle(str(cases), "--json"))["unreadable_files"]
    assert 'manifest.json should be a JSON object with "cases"' in problem
    with pytest.raises(CommandError, match="manifest"):
        oracle(str(cases / "fees.json"), str(cases / "manifest.json"))


def test_names_the_fields_that_it_does_not_read(tmp_path: Path) -> None:
    bar = {"kind": "close_volume", "start": "2024-03-05T10:00:00", "end": "2024-03-05T10:01:00", "close": 5}
    order = {"type": "market", "side": "buy", "quantity": 1, "submitted": bar["start"], "venue": "X"}
    case = {"id": "f", "category": "fills", "type": "market", "order": order}
    steps = [{"bars": [bar], "expect": {"filled": True, "price": 5}}]
    (tmp_path / "fills.json").write_text(json.dumps({"cases": [case | {"steps": steps}]}))
    assert "f (common) not read: order.venue" in oracle(str(tmp_path))
