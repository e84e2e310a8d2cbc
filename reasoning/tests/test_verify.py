"""A log that was touched is found out, and the first record at fault is named. No database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning.chain import CONTENT, canonical, digest, origin_hash, record_hash
from reasoning.logfile import BadLogFile, file_verify, header_line
from reasoning.ties import tie_found, ties_written
from reasoning.verify import Seal, Verification, verify

SNAPSHOT = {"model": {"name": "Crosser", "custom_rules": "−5 % is enough"}}
ORIGIN = {"run": 7, "model": 3, "number": 2, "snapshot_hash": digest(SNAPSHOT), "data_hash": "d" * 64}
Records = list[dict[str, Any]]


def record(seq: int, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "seq": seq,
        "kind": "decision",
        "step": seq,
        "simulated_at": f"2026-03-10T13:{30 + seq}:00+00:00",
        "written_at": "2026-11-22T10:00:00.123456+00:00",
        "outcome": "held",
        "content": f"Waiting, “{seq}”.",
        "confidence": 0.1 * seq,
        "failure_code": "",
        "intents": [{"action": "buy", "symbol": "SPY", "quantity": seq}],
        "verdicts": [],
        "order_numbers": [],
        "notices": [],
        "context": {},
    }
    return fields | changes


def chained(records: Iterable[dict[str, Any]], origin: dict[str, Any] | None = None) -> tuple[Seal, Records]:
    head, rows = origin_hash(origin or ORIGIN), []
    for row in records:
        prev, head = head, record_hash(row, head)
        rows.append(row | {"prev_hash": prev, "hash": head})
    return Seal(ORIGIN, len(rows), head), rows


def log(length: int = 5) -> tuple[Seal, Records]:
    return chained(record(seq) for seq in range(1, length + 1))


def test_a_whole_log_is_whole() -> None:
    for length in (0, 1, 5):
        seal, rows = log(length)
        assert verify(seal, rows) == Verification(length)


def test_the_order_of_keys_does_not_matter() -> None:
    seal, rows = log()
    assert verify(seal, [dict(reversed(row.items())) for row in rows]).is_whole


def change(rows: Records) -> None:
    rows[2]["intents"][0]["quantity"] = 300


def change_and_hash_anew(rows: Records) -> None:
    change(rows)
    rows[2]["hash"] = record_hash(rows[2], rows[2]["prev_hash"])


def rewrite_the_rest(rows: Records) -> None:
    change(rows)
    rows[2:] = chained(rows)[1][2:]


def rewrite_the_last(rows: Records) -> None:
    rows[4]["content"] = "I knew it."
    rows[4]["hash"] = record_hash(rows[4], rows[4]["prev_hash"])


def swap(rows: Records) -> None:
    rows[1], rows[2] = rows[2], rows[1]


def add(rows: Records) -> None:
    rows.append(chained([*rows, record(6)])[1][5])


def lose_a_field(rows: Records) -> None:
    del rows[2]["verdicts"]


def remove_and_number_anew(rows: Records) -> None:
    del rows[2]
    for seq, row in enumerate(rows, start=1):
        row["seq"] = seq


@pytest.mark.parametrize(
    ("touch", "broken_at", "words"),
    [
        (change, 3, "Record 3 was changed: its content doesn't give its hash."),
        (change_and_hash_anew, 3, "Record 3 was changed: record 4 follows another one"),
        (rewrite_the_rest, 5, "ended with another hash"),
        (rewrite_the_last, 5, "Record 5 was changed: the run's log ended with another hash."),
        (lambda rows: rows.pop(2), 3, "Record 3 was removed: the next one found is record 4."),
        (lambda rows: rows.pop(0), 1, "Record 1 was removed"),
        (remove_and_number_anew, 3, "Record 3 was changed"),
        (lambda rows: rows.pop(), 5, "Record 5 is cut off: the run counted 5, the log has 4."),
        (lambda rows: rows.clear(), 1, "Records 1 to 5 are cut off"),
        (swap, 2, "Record 2 was removed: the next one found is record 3."),
        (add, 6, "Record 6 was added: the run counted 5."),
        (lambda rows: rows.insert(3, rows[2]), 4, "Record 4 was changed: record 3 stands in its place."),
        (lose_a_field, 3, "Record 3 was changed"),
        (lambda rows: rows[0].update(written_at="2026-11-23T00:00:00+00:00"), 1, "Record 1 was changed"),
        (lambda rows: rows[1].update(hash="0" * 64), 2, "Record 2 was changed"),
        (lambda rows: rows[3].update(prev_hash="0" * 64), 4, "Record 4 was changed"),
    ],
)
def test_the_first_record_at_fault_is_named(
    touch: Callable[[Records], object], broken_at: int, words: str
) -> None:
    seal, rows = log()
    touch(rows)
    found = verify(seal, rows)
    assert (found.is_whole, found.broken_at) == (False, broken_at)
    assert words in found.problem


def test_a_log_of_another_run_does_not_pass_for_this_one() -> None:
    _, rows = chained((record(seq) for seq in range(1, 4)), {**ORIGIN, "run": 8})
    found = verify(Seal(ORIGIN, 3, rows[-1]["hash"]), rows)
    assert found.problem.startswith("The origin was changed")


@given(st.data())
def test_any_changed_value_is_found(data: st.DataObject) -> None:
    seal, rows = log(3)
    row = data.draw(st.sampled_from(rows))
    name = data.draw(st.sampled_from(sorted(row)))
    value = data.draw(st.none() | st.integers() | st.text() | st.lists(st.text()))
    if value == row[name] and type(value) is type(row[name]):
        return
    row[name] = value
    assert not verify(seal, rows).is_whole


def lines(length: int = 3) -> list[str]:
    seal, rows = log(length)
    return [header_line(seal, {"model": "Crosser"}, SNAPSHOT), *(json.dumps(row) for row in rows)]


def test_an_exported_log_is_checked_without_its_database() -> None:
    header, found = file_verify(lines())
    assert (header["about"]["model"], found) == ("Crosser", Verification(3))


def test_a_changed_line_of_a_file_is_named() -> None:
    file = lines()
    file[2] = file[2].replace('"quantity": 2', '"quantity": 20')
    assert file_verify(file)[1].broken_at == 2


def test_a_file_whose_snapshot_was_changed_is_found_out() -> None:
    file = lines()
    file[0] = file[0].replace("5 % is enough", "50 % is enough")
    assert "snapshot was changed" in file_verify(file)[1].problem


REQUEST = {"model": "m", "messages": [{"role": "user", "content": "Now?"}]}


def with_call(*, request: object = REQUEST, answer: str = "hold") -> list[str]:
    """A log of one record that stands on one call, and the call as the file has it."""
    tie = ties_written([tie_found(7, REQUEST, "hold")])
    seal, rows = chained([record(1, context={"calls": tie})])
    call = {"call": 7, "request": request, "answer": answer}
    return [header_line(seal, {}, SNAPSHOT), json.dumps(call), json.dumps(rows[0])]


def test_the_calls_behind_a_record_are_checked_with_it() -> None:
    assert file_verify(with_call())[1] == Verification(1)
    header, _, row = with_call()
    assert file_verify([header, row])[1].problem == "Call 7, on which record 1 stands, is missing."
    changed = file_verify(with_call(answer="buy"))[1]
    assert (changed.broken_at, changed.problem) == (
        1,
        "Call 7, on which record 1 stands, was changed: its answer doesn't give its hash.",
    )
    asked = file_verify(with_call(request={**REQUEST, "model": "n"}))[1]
    assert "its request doesn't give its hash" in asked.problem


def test_half_a_character_is_a_change_like_any_other() -> None:
    asked = file_verify(with_call(request={**REQUEST, "model": "\ud800"}))[1]
    assert "its request doesn't give its hash" in asked.problem
    file = lines()
    file[0] = file[0].replace("5 % is enough", "\\ud800")
    assert "snapshot was changed" in file_verify(file)[1].problem


@pytest.mark.parametrize("calls", ["7", "seven a b", "7 a b c", 7, None, ["7 a b"]])
def test_a_record_that_names_its_calls_in_no_readable_way_is_at_fault(calls: object) -> None:
    """Whoever wrote the whole chain anew gets no further with it than a sentence."""
    seal, rows = chained([record(1), record(2, context={"calls": calls})])
    found = file_verify([header_line(seal, {}, SNAPSHOT), *map(json.dumps, rows)])[1]
    assert (found.broken_at, "which calls it stands on" in found.problem) == (2, True)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ([], 'should say "format": "tradelab-log-1"'),
        (["{}"], "first line"),
        (["[1]"], "Line 1 should be a JSON object, is a list"),
        ([*lines(1), "{cut of"], "Line 3 should be a JSON object"),
        (['{"format": "tradelab-log-1"}'], "should have an origin with run"),
        ([*lines(1), '{"seq": NaN}'], "Line 3 should be a JSON object: NaN is no number"),
        ([*lines(1), '{"a":' * 100_000], "Line 3 should be a JSON object"),
        ([*lines(1), '{"call": [7]}'], "A call should have its number"),
    ],
)
def test_what_is_no_log_is_refused_in_words(file: list[str], words: str) -> None:
    with pytest.raises(BadLogFile, match=words):
        file_verify(file)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_values_are_spelled_as_the_encoder_of_the_first_logs_did(value: Any) -> None:
    first = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert canonical(value) == first.encode(value).encode()


def test_a_hash_is_that_of_one_list() -> None:
    row = record(3)
    listed = json.dumps(
        ["p", *(row[name] for name in CONTENT)], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert record_hash(row, "p") == sha256(listed.encode()).hexdigest()


@pytest.mark.parametrize("value", [float("nan"), {"deep": [float("inf")]}])
def test_what_is_no_number_has_no_spelling(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(value)
