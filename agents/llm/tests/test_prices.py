"""What an answer costs, against arithmetic by hand."""

from __future__ import annotations

import socket
from decimal import Decimal
from typing import Any

import pytest

from agents.llm.estimate import Estimator
from agents.llm.prices import price_find
from agents.llm.types import Endpoint, Usage
from profiles.llm.models import LLMPrice

OPENAI = "https://api.openai.com/v1"
USED = Usage(input=1_000_000, cached=400_000, output=100_000)


def endpoint(model: str, base_url: str = OPENAI) -> Endpoint:
    return Endpoint(id=1, base_url=base_url, model=model)


def test_the_kept_list_knows_a_providers_models_and_counts_cached_tokens_apart(db: None) -> None:
    price = price_find(endpoint("gpt-4o-mini"))
    # Published: $0.15 a million in, $0.075 cached, $0.60 out.
    assert price.cost(USED) == Decimal("0.09") + Decimal("0.03") + Decimal("0.06")
    assert price.source == "list"


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("no-such-model", OPENAI),
        ("gpt-4o-mini", "http://127.0.0.1:11434/v1"),
        ("scripted", "http://127.0.0.1:8900/v1"),
    ],
)
def test_what_the_list_does_not_know_is_unknown_and_not_free(db: None, model: str, base_url: str) -> None:
    price = price_find(endpoint(model, base_url))
    assert not price.is_known
    assert price.cost(USED) is None


def test_the_operators_price_wins(db: None) -> None:
    LLMPrice.objects.create(
        model="gpt-4o-mini",
        host="api.openai.com",
        input_per_million=Decimal(2),
        cached_per_million=Decimal("0.5"),
        output_per_million=Decimal(10),
    )
    price = price_find(endpoint("gpt-4o-mini"))
    assert price.source == "operator"
    assert price.cost(USED) == Decimal("1.2") + Decimal("0.2") + Decimal(1)


def test_without_a_price_of_its_own_cached_input_costs_as_other_input(db: None) -> None:
    LLMPrice.objects.create(model="m", input_per_million=2, output_per_million=10)
    assert price_find(endpoint("m")).cost(USED) == Decimal(3)


def test_a_model_may_be_free(db: None) -> None:
    LLMPrice.objects.create(model="m", input_per_million=0, output_per_million=0)
    price = price_find(endpoint("m"))
    assert price.is_known
    assert price.cost(USED) == 0


def test_tokens_that_are_not_known_have_no_cost(db: None) -> None:
    price = price_find(endpoint("gpt-4o-mini"))
    assert price.cost(Usage()) is None
    assert price.cost(Usage(input=10)) is None


def test_prices_never_ask_the_network(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a price was looked up over the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    from agents.llm.prices import listed_cost

    assert listed_cost("gpt-4o-mini", OPENAI, USED) is not None


def test_the_expectation_follows_what_was_counted(db: None) -> None:
    LLMPrice.objects.create(model="m", input_per_million=1, output_per_million=1)
    estimator = Estimator(price_find(endpoint("m")))
    assert estimator.expect(4000).tokens == 1000 + 400
    assert estimator.expect(4000).cost == Decimal("0.0014")
    for _ in range(20):
        estimator.learn(4000, Usage(input=2000, output=50), Decimal("0.00205"))
    expected = estimator.expect(4000)
    assert expected.tokens == pytest.approx(2050, rel=0.02)
    assert float(expected.cost or 0) == pytest.approx(0.00205, rel=0.02)


def test_an_unknown_price_gives_an_unknown_expectation(db: None) -> None:
    assert Estimator(price_find(endpoint("scripted"))).expect(4000).cost is None
