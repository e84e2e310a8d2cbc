"""The AI models that an endpoint lists."""

from __future__ import annotations

import asyncio

import openai

from agents.llm.failures import failure_of, words_of
from agents.llm.transport import client_for
from agents.llm.types import Endpoint, ProviderDown
from profiles.llm.models import LONGEST_MODEL, MOST_MODELS


async def models_listed(endpoint: Endpoint, seconds: float) -> list[str]:
    """Their names, in the endpoint's order. Raises ProviderDown when it can't be asked."""
    headers = {"Authorization": f"Bearer {endpoint.api_key}" if endpoint.api_key else openai.omit}
    try:
        async with asyncio.timeout(seconds):
            page = await client_for(endpoint.base_url).models.list(extra_headers=headers, timeout=seconds)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is shown to who tests the endpoint)
        raise ProviderDown(failure_of(error), words_of(error, endpoint.api_key)) from None
    names = [str(model.id) for model in page.data or ()]
    return [name for name in names if 0 < len(name) <= LONGEST_MODEL][:MOST_MODELS]
