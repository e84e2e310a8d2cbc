"""What an answer costs: the operator's price, else the kept list that ships with genai-prices, else unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from agents.llm.types import Endpoint, Usage
from profiles.llm.models import LLMPrice
from profiles.llm.selectors import price_of

CENT_FRACTION = Decimal("0.000000001")
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Price:
    """The price of one AI model at one address. `source` is operator, list, or empty where nobody knows it."""

    model: str
    base_url: str
    own: LLMPrice | None
    source: str

    @property
    def is_known(self) -> bool:
        return bool(self.source)

    def cost(self, usage: Usage) -> Decimal | None:
        """Dollars; None when the price or the tokens are unknown."""
        if usage.input is None or usage.output is None or not self.is_known:
            return None
        found = self.own_cost(usage) if self.own else listed_cost(self.model, self.base_url, usage)
        return None if found is None else found.quantize(CENT_FRACTION, ROUND_HALF_UP)

    def own_cost(self, usage: Usage) -> Decimal:
        assert self.own is not None
        cached = min(usage.cached or 0, usage.input or 0)
        per_cached = self.own.cached_per_million
        if per_cached is None:
            per_cached = self.own.input_per_million
        fresh = (usage.input or 0) - cached
        total = fresh * self.own.input_per_million + cached * per_cached
        return (total + (usage.output or 0) * self.own.output_per_million) / MILLION


def price_find(endpoint: Endpoint) -> Price:
    """Look a price up, once a journal; asks the database, never the network."""
    own = price_of(urlsplit(endpoint.base_url).hostname or "", endpoint.model)
    source = "operator" if own else ""
    if own is None and listed_cost(endpoint.model, endpoint.base_url, Usage(input=1, output=1)) is not None:
        source = "list"
    return Price(endpoint.model, endpoint.base_url, own, source)


def listed_cost(model: str, base_url: str, usage: Usage) -> Decimal | None:
    """By the kept list, for the provider at this address; None where it has no price of that name."""
    # A megabyte of prices that most processes never need.
    import genai_prices

    tokens = genai_prices.Usage(
        input_tokens=usage.input, cache_read_tokens=usage.cached, output_tokens=usage.output
    )
    try:
        return genai_prices.calc_price(tokens, model_ref=model, provider_api_url=base_url).total_price
    except (LookupError, ValueError):
        return None
