"""`manage.py whatif`: both sides in the terminal or as JSON, and no row written."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from broker.models import Fill, Order
from runs.models import Run


def called(*arguments: str) -> str:
    out = StringIO()
    call_command("whatif", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_both_sides_and_may_not_write(denied_run: Run) -> None:
    before = (Fill.objects.count(), Order.objects.count())
    text = called(str(denied_run.pk), "--without", "gate: position size")

    for words in (
        "same decisions, other rules",
        "$10,200.00",
        "$10,800.00",
        "+$600.00",
        "step 2: buy 60 TEST",
    ):
        assert words in text
    assert (Fill.objects.count(), Order.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_json(denied_run: Run) -> None:
    found = json.loads(called(str(denied_run.pk), "--fees", "per_trade:1", "--delay", "60", "--json"))

    assert Decimal(found["difference"]) == -1
    assert found["terms"]["execution"] == {
        "fees": "per_trade",
        "fee_per_trade": "1",
        "decision_delay_seconds": 60,
    }
    assert found["what_if"]["fills"][0]["step"] == 6
    assert found["what_if"]["statistics"]["fees_paid"] == 1.0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Say what is to be different"),
        (("--fees", "zero:1"), "fees takes an amount with per_share:AMOUNT"),
        (("--delay", "soon"), "delay should be a whole number of seconds, was 'soon'"),
        (("--with", "no/such.json"), "can't be read"),
    ],
)
def test_the_command_refuses_nonsense_in_words(
    denied_run: Run, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        called(str(denied_run.pk), *arguments)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_no_json_is_refused(denied_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text("never lose")
    with pytest.raises(CommandError, match="is no JSON"):
        called(str(denied_run.pk), "--with", str(file))
