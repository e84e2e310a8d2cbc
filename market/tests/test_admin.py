from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from market.importing.options import ImportOptions
from market.models import Bar, BarImport
from market.services import bars_import
from market.tests.files import minute, write


@pytest.fixture
def staff_client(client: Client, alice: User, tmp_path: Path) -> Client:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client.force_login(alice)
    bars_import(write(tmp_path / "spy.csv", [minute("09:30"), minute("09:31")]), ImportOptions())
    return client


@pytest.mark.parametrize("table", ["instrument", "bar", "barimport"])
def test_staff_find_shared_facts(staff_client: Client, table: str) -> None:
    for query in ("", "?q=spy"):
        assert b"spy" in staff_client.get(f"/admin/market/{table}/{query}").content.lower()


@pytest.mark.parametrize("model", [Bar, BarImport])
def test_nobody_edits_bars_or_their_provenance(staff_client: Client, model: type[Bar | BarImport]) -> None:
    name = model._meta.model_name
    row = model.objects.first()
    assert row is not None
    assert staff_client.get(f"/admin/market/{name}/{row.pk}/change/").status_code == 200
    assert staff_client.post(f"/admin/market/{name}/{row.pk}/change/", {}).status_code == 403
    assert staff_client.post(f"/admin/market/{name}/{row.pk}/delete/", {}).status_code == 403
    assert staff_client.get(f"/admin/market/{name}/add/").status_code == 403
