"""Connections to endpoints: only to addresses that are allowed, decided on the address that is connected to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from functools import cache
from ipaddress import ip_address

import httpx2
from django.conf import settings
from openai import AsyncOpenAI

from core.errors import UserError
from profiles.llm.addresses import address_check, embedded

CONNECT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 60.0
# Headers that the SDK fills from our own environment, which is no business of a user's endpoint.
AMBIENT = ("openai-organization", "openai-project")


class CheckedTransport(httpx2.AsyncHTTPTransport):
    """Resolves the host itself and connects to what it has checked, so that a name can't change its mind in between."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await allowed_address(host, port)
        # The certificate is still checked against the name; the Host header was set from it before.
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        for name in AMBIENT:
            request.headers.pop(name, None)
        return await super().handle_async_request(request)


async def allowed_address(host: str, port: int) -> str:
    """The address to connect to. Raises UserError when one of the host's may not be connected to, OSError for none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        address_check(host, address)
    switch_check(host, addresses)
    return addresses[0]


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
        transport=CheckedTransport(limits=limits, trust_env=False), follow_redirects=False, trust_env=False
    )
    return AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, http_client=http_client)
