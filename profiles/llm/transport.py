"""Connections to addresses that users name: only to those that are allowed, decided on the address that is connected to."""

from __future__ import annotations

import asyncio
import socket

import httpx2

from profiles.llm.addresses import address_check


class CheckedTransport(httpx2.AsyncHTTPTransport):
    """Resolves the host itself and connects to what it has checked, so that a name can't change its mind in between."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        addresses = await resolved(host, port)
        self.check(host, addresses)
        # The certificate is still checked against the name; the Host header was set from it before.
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=addresses[0])
        return await super().handle_async_request(request)

    def check(self, host: str, addresses: list[str]) -> None:
        """Raises UserError when one of the addresses may not be connected to."""
        for address in addresses:
            address_check(host, address)


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
