import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market.bench import market_pace
from market.models import Bar, BarImport
from market.tests.files import HEADER, minute, write

pytestmark = pytest.mark.django_db


def run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("import_bars", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_report_for_people(tmp_path: Path) -> None:
    path = write(tmp_path / "spy.csv", [minute("09:30"), minute("09:31", prices="10,9,9,9"), minute("09:33")])
    text = run(path)
    assert "minute bars of SPY, 1 symbol-days, 3 rows" in text
    assert "line 3: SPY 2013-10-07 09:31: high 9 is below open 10" in text
    assert "Missing minutes in regular sessions: 388" in text
    assert "SPY 2013-10-07: 388 of 390 (09:31, 09:32, 09:34," in text


def test_report_for_machines(tmp_path: Path) -> None:
    path = write(tmp_path / "spy.csv", [minute("09:30"), minute("09:30")])
    report = json.loads(run(path, "--json"))
    assert {name: report[name] for name in ("rows_read", "stored", "already_stored", "conflicting", "refused")} == {
        "rows_read": 2, "stored": 1, "already_stored": 0, "conflicting": 0, "refused": 1,
    }  # fmt: skip
    assert report["imports"][0]["findings"]["refused"]["listed"] == [
        {
            "line": 3,
            "code": "duplicate",
            "reason": "SPY 2013-10-07 09:30: this bar has come before in the file",
        }
    ]


def test_conflicts_are_shown(tmp_path: Path) -> None:
    run(write(tmp_path / "first.csv", [minute("09:30")]))
    text = run(write(tmp_path / "second.csv", [minute("09:30", volume=7), minute("09:31")]))
    assert (
        "line 2: SPY 2013-10-07T13:30:00+00:00 stored 10 10.2 9.9 10.1 100, found 10 10.2 9.9 10.1 7" in text
    )


def test_a_folder_is_imported_file_by_file_and_one_failure_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [minute("09:30")])
    write(tmp_path / "b.csv", [], "what,is,this")
    write(tmp_path / "c.csv", [minute("09:31")])
    (tmp_path / "notes.txt").write_text("not bars")
    with pytest.raises(
        CommandError, match=r"b\.csv: these columns are wanted: symbol, .* Found: what, is, this"
    ):
        run(tmp_path)
    assert Bar.objects.count() == 2


@pytest.mark.parametrize("row", [minute("09:30", volume="x"), ""])
def test_nothing_usable_is_a_failure(tmp_path: Path, row: str) -> None:
    with pytest.raises(CommandError, match=r"bad.csv: none of its \d rows is stored"):
        run(write(tmp_path / "bad.csv", [row]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv"], "there is no such file"),
        (["."], "no file ending in .csv"),
        (["x.csv", "--timeframe", "hour"], "one of auto, minute, day"),
        (["x.csv", "--tz", "Nowhere"], "A time zone such as"),
        (["x.csv", "--column", "close"], "NAME=THEIRS"),
    ],
)
def test_wrong_arguments_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=message):
        run(*arguments)
    assert not BarImport.objects.exists()


def test_options_reach_the_import(tmp_path: Path) -> None:
    header = HEADER.replace("symbol,", "").replace("timestamp", "when")
    path = write(tmp_path / "naive.csv", ["2013-10-07 09:30:00,10,10,10,10,5"], header)
    run(
        path,
        "--tz",
        "America/New_York",
        "--column",
        "timestamp=when",
        "--symbol",
        "ibm",
        "--timeframe",
        "minute",
    )
    bar = Bar.objects.get()
    assert (bar.instrument.symbol, bar.start.isoformat()) == ("IBM", "2013-10-07T13:30:00+00:00")


def test_sample_market_command_says_what_it_made() -> None:
    out = StringIO()
    call_command("create_sample_market", stdout=out)
    assert "Sample market, all of it made up: SYN-ALFA" in out.getvalue()
    call_command("create_sample_market", "--seed", "8", stdout=out)
    assert "are of another seed and were kept" in out.getvalue()


@pytest.mark.parametrize("arguments", [["--days", "0"], ["--days", "-5"], ["--seed", "-1"]])
def test_a_sample_market_of_no_days_is_refused(arguments: list[str]) -> None:
    with pytest.raises(
        CommandError, match=rf"{arguments[0]}: should be a whole number from . to \d+, was {arguments[1]}"
    ):
        call_command("create_sample_market", *arguments)
    assert not Bar.objects.exists()


def test_bench_measures_and_leaves_nothing() -> None:
    pace = market_pace(2_000)
    assert pace.parsed_per_second > pace.stored_per_second > 0
    assert not Bar.objects.exists()
