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


def test_says_of_what_is_not_supported_what_it_is(cases: Path) -> None:
    options = [CASE | {"id": f"o-{number}", "category": "options"} for number in range(2)]
    barter = CASE | {"id": "b-1", "type": "barter"}
    (cases / "more.json").write_text(json.dumps({"cases": [*options, barter]}))
    lines = oracle(str(cases / "more.json")).splitlines()
    assert lines[1:] == [
        "2 cases of more.json not supported yet: category options",
        "b-1 not supported yet: fee model barter",
    ]


def test_says_that_the_data_is_not_where_it_was_said_to_be(cases: Path) -> None:
    day = {
        "period": "2013-10-07..2013-10-11",
        "start_cash": 1000,
        "rules": ["at 09:31 on 2013-10-07 buy 1 SPY at market"],
    }
    algorithm = {
        "id": "a",
        "category": "algorithms",
        "type": "x",
        "data": ["data/none.csv"],
        "expected": {"end_equity": 1},
    }
    (cases / "runs.json").write_text(json.dumps({"cases": [algorithm | day]}))
    assert "a (common) not readable: its data" in oracle(str(cases / "runs.json"), "--data", str(cases))
    with pytest.raises(CommandError, match="--data should be a folder"):
        oracle(str(cases / "runs.json"), "--data", str(cases / "nowhere"))


def test_json_has_no_numbers_that_json_does_not_know(cases: Path) -> None:
    (cases / "odd.json").write_text(json.dumps({"cases": [CASE | {"expected": {"fee": float("nan")}}]}))
    (deviation,) = json.loads(oracle(str(cases / "odd.json"), "--json"))["files"][0]["deviations"]
    assert (deviation["expected"], deviation["found"]) == ("nan", 5.0)


@pytest.mark.parametrize(
    ("content", "told"), [("[" * 100_000, "should be a JSON object"), ('{"cases": []}', "is empty")]
)
def test_says_what_is_wrong_with_a_file(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "cases.json").write_text(content)
    with pytest.raises(CommandError, match=told):
        oracle(str(tmp_path / "cases.json"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("touch fills", "f ran under limit_fill touch"),
        ("as the moon stands", "f ran under no convention that its words name"),
    ],
)
def test_says_of_a_fill_that_deviates_what_its_convention_was_taken_for(
    tmp_path: Path, words: str, told: str
) -> None:
    bar = {"kind": "close_volume", "start": "2024-03-05T10:00:00", "end": "2024-03-05T10:01:00", "close": 5}
    order = {"type": "market", "side": "buy", "quantity": 1, "submitted": bar["start"]}
    case = {"id": "f", "category": "fills", "type": "market", "order": order, "convention": words}
    steps = [{"bars": [bar], "expect": {"filled": True, "price": 6}}]
    (tmp_path / "fills.json").write_text(json.dumps({"cases": [case | {"steps": steps}]}))
    assert oracle(str(tmp_path)).splitlines()[1:] == ["f (common) step 1 price: expected 6, found 5", told]
