"""Corporate actions from files into the table."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from conftest import as_app_role
from core.errors import UserError
from market.importing.action_lines import plain_ratio
from market.importing.actions import ActionFile, action_file_read
from market.models import BarImport, CorporateAction
from market.services import ImportReport, actions_import

EVENTS = "symbol,type,ex_date,last_cum_date,amount_per_share,split_ratio,reference_close"
TICKERS = "permanent_symbol,valid_through,ticker,exchange_code"
SPLIT = "AAPL,split,2014-06-09,2014-06-06,,6.999997,645.57"
DIVIDEND = "AAPL,dividend,2014-05-08,2014-05-07,3.2900,,592.33"
HISTORY = ["WM,1998-01-02,UW,N", "WM,1998-07-16,UW,N", "WM,2009-08-04,WMI,N", "WM,2050-12-31,WM,N"]


def write(path: Path, lines: Iterable[str], header: str = EVENTS) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def read(path: Path, lines: Iterable[str], header: str = EVENTS) -> ActionFile:
    return action_file_read(write(path / "actions.csv", lines, header))


def refusals(file: ActionFile) -> list[tuple[int, str, str]]:
    return [(found.line, found.code, found.reason) for found in sorted(file.refused.listed)]


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.rows_read, report.stored, report.already_stored, report.conflicting, report.refused)


@pytest.mark.parametrize(
    ("derived", "plain"),
    [
        ("6.999997", Fraction(7)),
        ("2.000293", Fraction(2)),
        ("1.500005", Fraction(3, 2)),
        ("1.249993", Fraction(5, 4)),
        ("0.3333", Fraction(1, 3)),
        ("0.05", Fraction(1, 20)),
        ("0.033333", Fraction(1, 30)),
        ("4", Fraction(4)),
        # Nothing plain is near: a spin-off given in shares, and odd reverse splits.
        ("1.0027", Fraction(10027, 10000)),
        ("0.2496", Fraction(156, 625)),
        ("0.016783", Fraction(16783, 1_000_000)),
    ],
)
def test_a_derived_ratio_is_read_as_the_plain_one_that_it_comes_close_to(
    derived: str, plain: Fraction
) -> None:
    assert plain_ratio(Fraction(derived)) == plain


def test_a_rounded_ratio_is_told(tmp_path: Path) -> None:
    file = read(tmp_path, [SPLIT])
    (action,) = file.actions
    assert (action.shares_after, action.shares_before) == (7, 1)
    assert [found.reason for found in file.flagged.listed] == ["AAPL 2014-06-09: 6.999997 is read as 7 for 1"]


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("AAPL,merger,2014-06-09,,,7,", "kind", "type is 'merger', wanted split or dividend"),
        ("AAPL,split,soon,,,7,", "time", "ex_date is 'soon', wanted a date such as 2014-06-09"),
        ("AAPL,split,2014-06-08,,,7,", "calendar", "ex_date is 2014-06-08, which has no session: it is a Sunday"),
        ("AAPL,split,1914-06-08,,,7,", "calendar", "ex_date is 1914-06-08, wanted from 1980 to 2034"),
        ("A APL,split,2014-06-09,,,7,", "symbol", "symbol is 'A APL', wanted up to 16 letters, digits, dots and dashes"),
        ("AAPL,split,2014-06-09,,,1,", "ratio", "split_ratio is 1, wanted another than 1, such as 2 or 0.5"),
        ("AAPL,split,2014-06-09,,,0,", "not_a_number", "split_ratio is 0, wanted above 0 and at most 10,000"),
        ("AAPL,split,2014-06-09,,,1e-999999999,", "ratio", "split_ratio is 1e-999999999, wanted another than 1, such as 2 or 0.5"),
        ("AAPL,split,2014-06-09,,,1e999999999,", "not_a_number", "split_ratio is 1e999999999, wanted above 0 and at most 10,000"),
        ("AAPL,split,2014-06-09,,,nan,", "not_a_number", "split_ratio is 'nan', wanted a number"),
        ("AAPL,split,2014-06-09,,,1_0,", "not_a_number", "split_ratio is '1_0', wanted a number"),
        ("AAPL,dividend,2014-06-09,,,,", "not_a_number", "amount_per_share is '', wanted a number"),
        ("AAPL,dividend,2014-06-09,,-1,,", "not_a_number", "amount_per_share is -1, wanted above 0 and at most 1,000,000"),
        (DIVIDEND, "duplicate", "AAPL has had a dividend on 2014-05-08 in line 2; one is wanted, of several dividends their sum"),
        ("AAPL,split", "time", "ex_date is '', wanted a date such as 2014-06-09"),
    ],
)  # fmt: skip
def test_lines_that_make_no_sense_are_refused_with_the_reason(
    tmp_path: Path, line: str, code: str, reason: str
) -> None:
    file = read(tmp_path, [DIVIDEND, line])
    assert refusals(file) == [(3, code, reason)]
    assert [action.kind for action in file.actions] == ["dividend"]


def test_a_history_of_tickers_gives_the_first_ticker_and_its_changes(tmp_path: Path) -> None:
    file = read(tmp_path, HISTORY, TICKERS)
    assert [(found.kind, found.ex_date, found.old_symbol, found.new_symbol) for found in file.actions] == [
        ("listing", date(1998, 1, 2), "", "UW"),
        ("symbol_change", date(1998, 7, 17), "UW", "WMI"),
        ("symbol_change", date(2009, 8, 5), "WMI", "WM"),
    ]
    assert (file.rows_read, file.refused.total) == (4, 0)


def test_a_change_on_the_last_day_of_a_week_is_in_force_on_monday(tmp_path: Path) -> None:
    lines = ["X,2013-06-03,NWSA,Q", "X,2013-06-28,NWSA,Q", "X,2050-12-31,FOXA,Q"]
    assert read(tmp_path, lines, TICKERS).actions[1].ex_date == date(2013, 7, 1)


def test_a_history_that_goes_backwards_is_refused_there(tmp_path: Path) -> None:
    file = read(tmp_path, [*HISTORY[:3], "WM,2009-08-04,WM,N"], TICKERS)
    assert refusals(file) == [
        (5, "not_ascending", "WM: 2009-08-04 comes after 2009-08-04, wanted ascending days")
    ]


def test_other_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, [], "symbol,date,price_factor")
    assert "symbol, type, ex_date, amount_per_share, split_ratio; or permanent_symbol" in caught.value.message
    assert "Found: symbol, date, price_factor." in caught.value.message


@pytest.mark.django_db
def test_actions_are_stored_once_with_their_provenance(tmp_path: Path) -> None:
    path = write(tmp_path / "events.csv", [SPLIT, DIVIDEND, "AAPL,split,soon,,,2,"])
    assert counts(actions_import(path)) == (3, 2, 0, 0, 1)
    assert counts(actions_import(path)) == (3, 0, 2, 0, 1)
    source = BarImport.objects.earliest("pk")
    assert (source.kind, source.status, source.stored, source.refused) == ("actions", "completed", 2, 1)
    split = CorporateAction.objects.get(kind="split")
    assert (split.security, split.ex_date, split.shares_after, split.shares_before) == (
        "AAPL", date(2014, 6, 9), 7, 1,
    )  # fmt: skip
    assert (split.bar_import, split.amount) == (source, None)
    assert CorporateAction.objects.get(kind="dividend").amount == Decimal("3.29")


@pytest.mark.django_db
def test_other_values_for_a_stored_action_are_reported_and_not_stored(tmp_path: Path) -> None:
    actions_import(write(tmp_path / "first.csv", [SPLIT, DIVIDEND]))
    report = actions_import(
        write(tmp_path / "second.csv", [SPLIT.replace("6.999997", "4"), DIVIDEND.replace("3.2900", "3.29")])
    )
    assert counts(report) == (2, 0, 1, 1, 0)
    assert report.findings["conflicts"] == [
        {"line": 2, "security": "AAPL", "kind": "split", "ex_date": "2014-06-09", "stored": "7 1", "found": "4 1"}
    ]  # fmt: skip
    assert CorporateAction.objects.get(kind="split").shares_after == 7


@pytest.mark.django_db
def test_the_serving_role_may_import_actions(tmp_path: Path) -> None:
    with as_app_role():
        assert actions_import(write(tmp_path / "events.csv", [SPLIT])).stored == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"kind": "split", "shares_after": 2},
        {"kind": "split", "shares_after": 0, "shares_before": 1},
        {"kind": "split", "shares_after": 2, "shares_before": 1, "amount": 1},
        {"kind": "dividend"},
        {"kind": "dividend", "amount": -1},
        {"kind": "symbol_change", "old_symbol": "A", "new_symbol": "A"},
        {"kind": "symbol_change", "new_symbol": "A"},
        {"kind": "listing", "old_symbol": "B", "new_symbol": "A"},
    ],
)
def test_the_table_itself_refuses_half_an_action(values: dict[str, Any]) -> None:
    source = BarImport.objects.create(source="test", format="test", started_at=timezone.now())
    with pytest.raises(IntegrityError, match="corporate_action_possible"), transaction.atomic():
        CorporateAction.objects.create(security="A", ex_date=date(2014, 6, 9), bar_import=source, **values)


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_actions", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_reports_to_people(tmp_path: Path) -> None:
    text = run(write(tmp_path / "events.csv", [SPLIT, DIVIDEND, "AAPL,merger,2014-06-09,,,7,"]))
    assert "2 corporate actions of 1 securities, 3 rows" in text
    assert "line 4: type is 'merger', wanted split or dividend" in text
    assert "line 2: AAPL 2014-06-09: 6.999997 is read as 7 for 1" in text


@pytest.mark.django_db
def test_a_folder_gives_its_files_of_actions_and_no_others(tmp_path: Path) -> None:
    write(tmp_path / "events.csv", [SPLIT])
    write(
        tmp_path / "factors.csv", ["AAPL,2014-06-06,0.9,0.14,645.57"], "symbol,date,price_factor,split_factor"
    )
    write(tmp_path / "tickers.csv", HISTORY, TICKERS)
    found = json.loads(run(tmp_path, "--json"))
    assert [Path(report["source"]).name for report in found["imports"]] == ["events.csv", "tickers.csv"]
    assert (found["stored"], found["failures"]) == (4, {})


@pytest.mark.django_db
def test_a_file_that_is_no_file_of_actions_fails_the_command_and_is_on_record(tmp_path: Path) -> None:
    path = write(tmp_path / "factors.csv", [], "symbol,date,price_factor")
    with pytest.raises(CommandError, match="these columns are wanted"):
        run(path)
    assert BarImport.objects.get().status == "failed"
    with pytest.raises(CommandError, match="there is no such file"):
        run(tmp_path / "absent.csv")


@pytest.mark.django_db
def test_real_events_and_tickers_are_stored(shared_data: Path) -> None:
    folder = shared_data / "corporate_actions"
    report = json.loads(run(folder, "--json"))
    with (folder / "events.csv").open() as file:
        events = list(csv.DictReader(file))
    kinds = Counter(row["type"] for row in events)
    assert report["refused"] == 0
    stored = Counter(CorporateAction.objects.values_list("kind", flat=True))
    assert (stored["split"], stored["dividend"]) == (kinds["split"], kinds["dividend"]) == (32, 822)
    apple = CorporateAction.objects.filter(security="AAPL", kind="split")
    assert list(apple.order_by("ex_date").values_list("shares_after", flat=True)) == [2, 2, 7, 4]
