"""Which addresses an endpoint may have, so that nobody reads our own network through us.

A user's URL is checked when it is saved and again at every connection, on the address that is connected to:
a name that resolves to something else by then gets nowhere.
"""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from core.errors import UserError

Address = IPv4Address | IPv6Address

RESOLVE_SECONDS = 2.0
MOST_URL = 300
PORTS = {"http": 80, "https": 443}
# Where clouds hand out their machines' credentials. Nobody's language model lives there, whatever is allowed.
METADATA_HOSTS = {"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"}
METADATA = {
    ip_address(text)
    for text in (
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure, which looks like an address on the internet
        "192.0.0.192",  # Oracle
        "fd00:ec2::23",
        "fd00:ec2::254",  # Amazon
        "fd20:ce::254",  # Google
    )
}
# IPv6 networks whose last 32 bits are an IPv4 address: translators' two, IPv4-compatible and IPv4-translated ones.
EMBEDDING = [
    IPv6Network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "::ffff:0:0/96")
]
ISATAP = {0x00005EFE, 0x02005EFE}  # in front of the last 32 bits, they are an IPv4 address too


def url_check(url: str) -> str:
    """Return the URL of an endpoint without a closing slash. Raises UserError saying what is wrong with it."""
    url = url.strip().rstrip("/")
    parts = parts_check(url, example="https://api.example.com/v1")
    if parts.query or parts.fragment:
        raise refusal("The address should end with its path, without ? or #.")
    if parts.path.endswith(("/chat/completions", "/models", "/responses")):
        raise refusal(f"The address should be the part before {parts.path.rsplit('/', 1)[-1]!r}.")
    host_check(parts.hostname or "", parts.port or PORTS[parts.scheme])
    return url


def parts_check(url: str, *, example: str) -> SplitResult:
    """The parts of any URL that a user names, whose host is still to be checked. Raises UserError."""
    # Readers of URLs disagree about these; some drop them, so that what is checked would not be what is asked.
    if odd := next((sign for sign in url if sign.isspace() or not sign.isprintable() or sign == "\\"), ""):
        raise refusal(f"The address should have no spaces or backslashes, has {odd!r}.")
    try:
        parts = urlsplit(url)
        _ = parts.port  # which is read, and refused, only when it is asked for
    except ValueError as error:
        raise refusal(f"The address can't be read: {error}.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise refusal(f"The address should look like {example}, was {url[:100]!r}.")
    if parts.username or parts.password:
        raise refusal("The address should carry no user or password; the key has its own field.")
    if len(url) > MOST_URL:
        raise refusal(f"The address should have at most {MOST_URL} characters, has {len(url)}.")
    return parts


def host_check(host: str, port: int) -> None:
    """Raises UserError for a host that may not be asked. A name that can't be resolved now is checked when used."""
    if host.rstrip(".").lower() in METADATA_HOSTS:
        raise refusal(f"{host} gives away the machine's own credentials and is never asked.")
    for address in resolved_within(host, port, RESOLVE_SECONDS):
        address_check(host, address)


def resolved_within(host: str, port: int, seconds: float) -> list[str]:
    # A page may wait a moment for a name server, not until it gives up.
    pool = ThreadPoolExecutor(1)
    try:
        found = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(seconds)
    except (OSError, UnicodeError, TooSlow):
        return []
    finally:
        pool.shutdown(wait=False)
    return [str(entry[4][0]) for entry in found]


def address_check(host: str, text: str) -> None:
    """Raises UserError unless this address, to which `host` resolves, may be connected to."""
    address = embedded(ip_address(text.partition("%")[0]))
    allowed = settings.ALLOW_PRIVATE_ENDPOINTS
    shown = host if host == text else f"{host} ({text})"
    if address in METADATA or address.is_link_local:
        raise refusal(f"{shown} gives away the machine's own credentials and is never asked.")
    if allowed == "yes" or (allowed == "loopback" and address.is_loopback):
        return
    # is_global is the registry's word for "routed on the internet"; multicast is, and is no host.
    is_old_private = isinstance(address, IPv6Address) and address.is_site_local
    if not address.is_global or address.is_multicast or is_old_private:
        raise refusal(
            f"{shown} is an address inside a private network. Whoever runs this installation can allow such "
            "endpoints with ALLOW_PRIVATE_ENDPOINTS."
        )


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, IPv4Address) or int(address) <= 1:  # :: and ::1 are themselves
        return address
    if any(address in network for network in EMBEDDING) or (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None) or address


def refusal(message: str) -> UserError:
    return UserError(message, fields={"base_url": message})
