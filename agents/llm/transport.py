"""Connections to endpoints of language models, see `profiles.llm.transport` for where they may lead."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from ipaddress import ip_address

import httpx2
from django.conf import settings
from openai import AsyncOpenAI

from core.errors import UserError
from profiles.llm.addresses import embedded
from profiles.llm.transport import CheckedTransport

CONNECT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 60.0
# Headers that the SDK fills from our own environment, which is no business of a user's endpoint.
AMBIENT = ("openai-organization", "openai-project")


class ModelTransport(CheckedTransport):
    """The same for language models, which an installation may have switched off."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for name in AMBIENT:
            request.headers.pop(name, None)
        return await super().handle_async_request(request)

    def check(self, host: str, addresses: list[str]) -> None:
        super().check(host, addresses)
        switch_check(host, addresses)


def switch_check(host: str, addresses: Iterable[str]) -> None:
    if settings.ALLOW_MODEL_CALLS == "yes":
        return
    is_here = all(embedded(ip_address(text.partition("%")[0])).is_loopback for text in addresses)
    if settings.ALLOW_MODEL_CALLS == "no" or not is_here:
        raise UserError(f"Language models are not asked here: ALLOW_MODEL_CALLS is off for {host}.")


@cache
def client_for(base_url: str) -> AsyncOpenAI:
    """The SDK's client of an endpoint, without retries of its own. It knows no key: every request brings its own.

    One a process and address, so that connections are kept; to be used in the loop of `agents.llm.loop` only.
    """
    limits = httpx2.Limits(
        max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEEP_ALIVE_SECONDS
    )
    # Neither redirects nor proxies of the environment: both would lead past the check.
    http_client = httpx2.AsyncClient(
        transport=ModelTransport(limits=limits, trust_env=False), follow_redirects=False, trust_env=False
    )
    return AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, http_client=http_client)
