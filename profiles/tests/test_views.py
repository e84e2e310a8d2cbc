from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import FORBIDDEN_MESSAGE
from profiles import columns
from profiles.columns import Column
from profiles.models import TradingModel
from profiles.selectors import profile_get
from profiles.tests.factories import instrument_make, trading_model_make

PAGES_OF_A_MODEL = ["model-detail", "model-edit", "model-clone", "model-archive", "model-restore"]


def form_values(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send back of a form that nobody has touched."""
    form = client.get(url).context["form"]
    shown = {field.html_name: field.field.prepare_value(field.value()) for field in form}
    return {
        name: value
        for name, value in shown.items()
        if value is not None and value is not False and value != []
    }


@pytest.mark.parametrize("page", PAGES_OF_A_MODEL)
def test_a_stranger_gets_the_same_403_for_a_foreign_and_an_absent_model(
    alice: User, charlie_client: Client, page: str
) -> None:
    model = trading_model_make(alice)
    answers = []
    for model_id in (model.pk, model.pk + 1000):
        url = reverse(f"profiles:{page}", args=[model_id])
        for answer in (charlie_client.get(url), charlie_client.post(url)):
            if answer.status_code != 405:
                assert answer.status_code == 403
                assert FORBIDDEN_MESSAGE.replace("'", "&#x27;") in answer.text
                answers.append(answer.text.replace(str(model_id), "N"))
    assert answers
    model.refresh_from_db()
    assert not model.is_archived


@pytest.mark.parametrize("page", ["model-edit", "model-clone", "model-archive"])
def test_a_heading_says_what_is_changed(alice: User, alice_client: Client, page: str) -> None:
    model = trading_model_make(alice)
    shown = alice_client.get(reverse(f"profiles:{page}", args=[model.pk])).text
    heading = shown.partition("<h1>")[2].partition("</h1>")[0]
    assert model.name in heading


@pytest.mark.parametrize("page", ["model-list", "model-create", "profile", "password"])
def test_nobody_logged_in_is_sent_to_the_login(client: Client, page: str) -> None:
    url = reverse(f"profiles:{page}")
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('profiles:login')}?next={url}"


def test_the_list_shows_own_models_in_a_fixed_number_of_queries(
    alice: User, alice_client: Client, charlie: User
) -> None:
    trading_model_make(charlie, "Of charlie")
    trading_model_make(alice, "Of alice 0")
    with CaptureQueriesContext(connection) as one:
        alice_client.get(reverse("profiles:model-list"))
    for number in range(1, 10):
        trading_model_make(alice, f"Of alice {number}")
    with CaptureQueriesContext(connection) as ten:
        text = alice_client.get(reverse("profiles:model-list")).text
    assert len(ten) == len(one)
    assert "Of alice 9" in text
    assert "Of charlie" not in text


def test_rooms_above_add_columns_and_read_all_rows_at_once(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_columns", {})
    asked: list[list[int]] = []

    def facts(user: User, ids: Any) -> dict[int, str]:
        asked.append(list(ids))
        return {1: "much"}

    columns.register(Column("later", "Later", 20, lambda user, ids: {}, "_empty.html"))
    columns.register(Column("luck", "Luck", 5, facts, "_empty.html"))
    cells = columns.cells(alice, [1, 2])
    assert [(cell.column.key, cell.fact) for cell in cells[1]] == [("luck", "much"), ("later", None)]
    assert [cell.fact for cell in cells[2]] == [None, None]
    assert asked == [[1, 2]]


def test_an_empty_list_says_what_to_do_first(alice_client: Client) -> None:
    text = alice_client.get(reverse("profiles:model-list")).text
    assert "No Models yet" in text
    assert reverse("profiles:model-create") in text


def test_the_page_of_a_model_tells_who_trades_and_how(alice: User, alice_client: Client) -> None:
    model = trading_model_make(
        alice,
        trading_style="swing-trading",
        allowed_symbols=["SPY", "IBM"],
        initial_cash=Decimal("25000.00"),
        custom_rules="Never <b>average</b> down.",
        execution={"fees": "per_share", "fee_per_share": "0.0035"},
        max_daily_loss_dollars=None,
    )
    text = alice_client.get(reverse("profiles:model-detail", args=[model.pk])).text
    for words in (
        "Swing trading by Moving-average cross on SPY, IBM, with $25,000.00 in a margin account (2 × buying power).",
        "Never &lt;b&gt;average&lt;/b&gt; down.",
        "$0.0035 a share",
        "no cap of its own",
        "margin, short, hedging",
    ):
        assert words in text


def test_a_model_is_made_with_the_form_as_it_stands(alice_client: Client) -> None:
    url = reverse("profiles:model-create")
    answer = alice_client.post(url, {**form_values(alice_client, url), "name": "Gap"})
    model = TradingModel.objects.get()
    assert answer["Location"] == reverse("profiles:model-detail", args=[model.pk])
    assert (model.name, model.decider, model.initial_cash) == ("Gap", "sma_cross", Decimal("10000.00"))
    assert model.allowed_order_types == ["market", "limit", "stop"]
    assert model.execution == {}, "only what differs from the standard is kept"


def test_the_form_reads_lists_parameters_and_fills(alice_client: Client) -> None:
    for symbol in ("SPY", "IBM"):
        instrument_make(symbol)
    url = reverse("profiles:model-create")
    typed = {
        **form_values(alice_client, url),
        "name": "Gap",
        "allowed_symbols": "spy; ibm\n",
        "decider_params": "fast = 5\nslow=20",
        "slippage_bps": "2.5",
        "fees": "bps",
        "fee_bps": "3",
        "decision_delay_seconds": "30",
        "max_daily_loss_dollars": "",
    }
    assert alice_client.post(url, typed).status_code == 302
    model = TradingModel.objects.get()
    assert model.allowed_symbols == ["SPY", "IBM"]
    assert model.decider_params == {"fast": 5, "slow": 20}
    assert model.max_daily_loss_dollars is None
    assert model.execution == {
        "slippage_bps": "2.5",
        "fees": "bps",
        "fee_bps": "3",
        "decision_delay_seconds": 30,
    }


def test_editing_without_touching_anything_changes_nothing(alice: User, alice_client: Client) -> None:
    model = trading_model_make(
        alice,
        trading_style="swing-trading",
        description="Mine",
        allowed_symbols=["SPY", "IBM"],
        decider_params={"fast": 5, "slow": 20},
        model_parameters={"temperature": 0.2, "stop": "5", "seed": None},
        custom_rules="One.\nTwo.",
        execution={"slippage_bps": "2.5", "volume_cap": "0.2", "settlement_sessions": 2},
    )
    before = TradingModel.objects.values().get()
    url = reverse("profiles:model-edit", args=[model.pk])
    assert alice_client.post(url, form_values(alice_client, url)).status_code == 302
    after = TradingModel.objects.values().get()
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


def test_a_bad_form_comes_back_as_typed_with_the_reason_beside_the_field(
    alice: User, alice_client: Client
) -> None:
    model = trading_model_make(alice)
    url = reverse("profiles:model-edit", args=[model.pk])
    typed = {
        **form_values(alice_client, url),
        "name": "Renamed",
        "initial_cash": "1e12",
        "allowed_symbols": "SPYX",
        "decider_params": "fast",
        "allow_shorting": "on",
    }
    answer = alice_client.post(url, typed)
    assert answer.status_code == 422
    assert "Write each parameter as name = value, found “fast”." in answer.text
    assert 'value="Renamed"' in answer.text
    answer = alice_client.post(url, {**typed, "decider_params": "fast = 5"})
    errors = answer.context["form"].errors
    assert set(errors) == {"initial_cash", "allowed_symbols", "allow_shorting"}
    assert "was 1E+12" in errors["initial_cash"][0]
    model.refresh_from_db()
    assert model.name == "Momentum on SPY"


def test_a_styles_defaults_are_filled_in_without_saving(alice: User, alice_client: Client) -> None:
    model = trading_model_make(alice)
    url = reverse("profiles:model-edit", args=[model.pk])
    typed = {**form_values(alice_client, url), "name": "Renamed", "initial_cash": "abc", "fill": "1"}
    form = alice_client.post(url, {**typed, "trading_style": "swing-trading"}).context["form"]
    assert form.initial["name"] == "Renamed"
    assert form.initial["initial_cash"] == "abc"
    assert form.initial["allow_shorting"]
    assert "2 to 7 days" in form.initial["custom_instructions"]
    assert not form.errors
    own = {**typed, "trading_style": "swing-trading", "custom_instructions": "My own words."}
    assert alice_client.post(url, own).context["form"].initial["custom_instructions"] == "My own words."
    model.refresh_from_db()
    assert model.trading_style == "day-trading"


def test_cloning_archiving_and_bringing_back(alice: User, alice_client: Client) -> None:
    model = trading_model_make(alice)
    url = reverse("profiles:model-clone", args=[model.pk])
    assert 'value="Momentum on SPY copy"' in alice_client.get(url).text
    assert alice_client.post(url, {"name": "Twin"}).status_code == 302
    assert alice_client.post(url, {"name": ""}).status_code == 422
    archive = reverse("profiles:model-archive", args=[model.pk])
    assert "keeps everything" in alice_client.get(archive).text
    assert not TradingModel.objects.get(pk=model.pk).is_archived, "looking at the question archives nothing"
    assert alice_client.post(archive, follow=True).status_code == 200
    assert alice_client.post(archive).status_code == 409
    listed = alice_client.get(reverse("profiles:model-list")).text
    assert "Twin" in listed
    assert "Archived (1)" in listed
    assert "Momentum on SPY" in alice_client.get(reverse("profiles:model-list") + "?archived=1").text
    restore = reverse("profiles:model-restore", args=[model.pk])
    assert alice_client.get(restore).status_code == 405
    assert alice_client.post(restore).status_code == 302
    assert not TradingModel.objects.get(pk=model.pk).is_archived


def test_the_profile_is_changed_on_its_page_and_sets_the_zone_of_all_pages(
    alice: User, alice_client: Client
) -> None:
    url = reverse("profiles:profile")
    typed = {
        **form_values(alice_client, url),
        "timezone": "Europe/Berlin",
        "preferred_sectors": "Energy, Health Care",
    }
    assert alice_client.post(url, {**typed, "trading_hours_end": "09:00"}).status_code == 422
    assert alice_client.post(url, typed).status_code == 302
    profile = profile_get(alice)
    assert (profile.timezone, profile.preferred_sectors) == ("Europe/Berlin", ["Energy", "Health Care"])
    assert 'data-timezone="Europe/Berlin"' in alice_client.get(reverse("profiles:model-list")).text
