"""What is taken away is what is stored, row by row, in every format; and only by its owner."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from agents.tests.factories import finished_run
from broker.models import EquityPoint, Fill, Order
from core.exports import export_get, exports_all
from core.testing_async import content_of
from reasoning.models import Entry
from runs.exports import stream
from runs.exports.writers import WRITERS, CsvWriter, harmless
from runs.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice: User) -> Run:
    return finished_run(alice, steps=120)


def taken(client: Client, run: Run, name: str) -> bytes:
    answer = client.get(f"/models/{run.model_id}/r/{run.number}/export/{name}")
    assert answer.status_code == 200, answer.content
    return content_of(answer)


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("form", list(WRITERS))
@pytest.mark.parametrize("key", [export.key for export in exports_all()])
def test_every_table_can_be_taken_in_every_format(
    alice_client: Client, run: Run, key: str, form: str
) -> None:
    content = taken(alice_client, run, f"{key}.{form}")
    names = [column.name for column in export_get(key).columns]
    count = {"orders": 5, "fills": 5, "round-trips": 2, "equity": 120, "decisions": 120}.get(key, 0)
    if form == "csv":
        assert content.decode().splitlines()[0].split(",") == names
        assert len(rows_of_csv(content)) == count
    elif form == "jsonl":
        found = lines(content)
        assert len(found) == count
        assert all(list(row) == names for row in found)
    else:
        table = pq.read_table(io.BytesIO(content))
        assert (table.num_rows, table.column_names) == (count, names)


def test_money_stays_exact(alice_client: Client, run: Run) -> None:
    Fill.objects.filter(run=run, seq=1).update(price=Decimal("100.0000000001"), fee=Decimal("0.1"))
    first = lines(taken(alice_client, run, "fills.jsonl"))[0]
    assert (first["price"], first["fee"]) == ("100.0000000001", "0.1")
    table = pq.read_table(io.BytesIO(taken(alice_client, run, "fills.parquet")))
    assert table.column("price")[0].as_py() == Decimal("100.0000000001")


def test_a_table_in_many_parts_is_whole(
    alice_client: Client, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = export_get("equity")
    monkeypatch.setattr("runs.exports.views.export_get", lambda key: replace(export, at_once=7))
    steps = [row["step"] for row in lines(taken(alice_client, run, "equity.jsonl"))]
    assert steps == list(range(1, 121))
    equity = {row["step"]: Decimal(row["equity"]) for row in lines(taken(alice_client, run, "equity.jsonl"))}
    assert equity == dict(EquityPoint.objects.filter(run=run).values_list("step", "equity"))


def test_decisions_are_those_of_the_filter(alice_client: Client, run: Run) -> None:
    wanted = Entry.objects.filter(run=run, outcome="ordered").values_list("step", flat=True)
    found = lines(taken(alice_client, run, "decisions.jsonl?outcome=ordered"))
    assert [row["step"] for row in found] == sorted(wanted)
    assert lines(taken(alice_client, run, "decisions.jsonl?q=no+such+words")) == []
    refused = alice_client.get(f"/models/{run.model_id}/r/{run.number}/export/decisions.jsonl?outcome=odd")
    assert refused.status_code == 400


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_no_text_is_a_formula_for_a_spreadsheet(alice_client: Client, run: Run, text: str) -> None:
    Order.objects.filter(run=run).update(reason=text)
    assert {row["reason"] for row in rows_of_csv(taken(alice_client, run, "orders.csv"))} == {f"'{text}"}
    assert {row["reason"] for row in lines(taken(alice_client, run, "orders.jsonl"))} == {text}


def test_numbers_below_zero_stay_numbers() -> None:
    trips = export_get("round-trips").columns
    row = [Decimal(-5) if column.name == "pnl" else None for column in trips]
    assert b"-5" in CsvWriter(trips).write([row])
    assert b"'-5" not in CsvWriter(trips).write([row])
    assert harmless("Long, and SMA 10") == "Long, and SMA 10"


def test_undefined_is_empty_and_never_zero(alice_client: Client, run: Run) -> None:
    assert {row["limit_price"] for row in rows_of_csv(taken(alice_client, run, "orders.csv"))} == {""}
    assert {row["limit_price"] for row in lines(taken(alice_client, run, "orders.jsonl"))} == {None}


@pytest.mark.parametrize("form", list(WRITERS))
def test_a_whole_run_is_one_archive(alice_client: Client, run: Run, form: str) -> None:
    with zipfile.ZipFile(io.BytesIO(taken(alice_client, run, f"run-{form}.zip"))) as archive:
        assert archive.testzip() is None
        names = {"run.json", "snapshot.json", "statistics.json"}
        assert set(archive.namelist()) == names | {f"{export.key}.{form}" for export in exports_all()}
        assert json.loads(archive.read("run.json"))["snapshot_hash"] == run.snapshot_hash
        assert archive.read(f"orders.{form}") == taken(alice_client, run, f"orders.{form}")


def test_no_part_holds_a_transaction(alice: User, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part asks for the run anew, so a run that goes away in between ends the download."""
    source = stream.Source(alice, run.pk, None)  # type: ignore[arg-type]  # equity looks at no query
    parts = stream.table_bytes(source, replace(export_get("equity"), at_once=50), "jsonl")
    assert next(parts) == b""
    assert len(next(parts).splitlines()) == 50
    Run.objects.filter(pk=run.pk).update(deleted_at=run.created_at)
    with pytest.raises(Exception, match="access"):
        next(parts)


@pytest.mark.parametrize("name", ["orders.csv", "run-csv.zip", "nothing.csv", "orders.xlsx"])
def test_a_stranger_takes_nothing(
    run: Run, alice_client: Client, charlie_client: Client, api_client: APIClient, charlie: User, name: str
) -> None:
    address = f"/models/{run.model_id}/r/{run.number}/export/{name}"
    assert charlie_client.get(address).status_code == 403
    api_client.force_login(charlie)
    assert api_client.get(f"/api/v1/runs/{run.pk}/export/{name}").status_code == 403
    if "nothing" in name or "xlsx" in name:
        assert alice_client.get(address).status_code == 403


def test_programs_take_the_same_bytes(
    alice: User, run: Run, alice_client: Client, api_client: APIClient
) -> None:
    api_client.force_login(alice)
    answer = api_client.get(f"/api/v1/runs/{run.pk}/export/fills.csv")
    assert content_of(answer) == taken(alice_client, run, "fills.csv")


def test_the_page_offers_them(alice_client: Client, run: Run) -> None:
    page = alice_client.get(f"/models/{run.model_id}/r/{run.number}/?tab=export").content.decode()
    for export in exports_all():
        assert f"export/{export.key}.parquet" in page
