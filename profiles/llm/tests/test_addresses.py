"""Nobody reads our own network through an endpoint's address."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from core.errors import UserError
from profiles.llm.addresses import address_check, url_check

INSIDE = [
    "10.0.0.5",
    "172.16.3.4",
    "192.168.1.10",
    "100.64.0.1",
    "0.0.0.0",
    "::",
    "fec0::1",
    "::10.0.0.5",
    "::ffff:0:10.0.0.5",
    "64:ff9b:1::a00:5",
    "2606:4700::5efe:a00:5",
    "fd12:3456::1",
    "224.0.0.1",
    "::ffff:10.0.0.5",
    "64:ff9b::a00:5",
    "2002:a00:5::1",
]
METADATA = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "::169.254.169.254",
    "2606:4700::200:5efe:a9fe:a9fe",
    "169.254.10.10",
    "169.254.170.23",
    "fe80::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
]
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]


@pytest.fixture(autouse=True)
def closed(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "no"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names that resolve to what the test says; no name server is asked."""
    known: dict[str, str] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, **kwargs: Any) -> Any:
        if host not in known:
            return real(host, port, flags=socket.AI_NUMERICHOST, **kwargs)
        return real(known[host], port, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.mark.parametrize("address", [*INSIDE, *METADATA, *LOOPBACK])
def test_an_address_inside_is_refused(address: str) -> None:
    with pytest.raises(UserError, match=r"private network|never asked"):
        address_check(address, address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111"])
def test_an_address_on_the_internet_is_accepted(address: str) -> None:
    address_check("api.example.com", address)


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_may_be_allowed_alone(settings: Settings, address: str) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "loopback"
    address_check(address, address)
    with pytest.raises(UserError, match="private network"):
        address_check("10.0.0.5", "10.0.0.5")


def test_the_operator_may_allow_the_own_network_but_not_the_machines_credentials(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "yes"
    for address in ("10.0.0.5", "192.168.1.10", "127.0.0.1", "fd12:3456::1"):
        address_check(address, address)
    for address in METADATA:
        with pytest.raises(UserError, match="never asked"):
            address_check(address, address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/v1",
        "http://2130706433/v1",
        "http://0x7f000001/v1",
        "http://0177.0.0.1/v1",
        "http://[::1]:8080/v1",
        "http://10.0.0.5:11434/v1",
    ],
)
def test_an_address_in_disguise_is_refused(names: dict[str, str], url: str) -> None:
    with pytest.raises(UserError, match="private network"):
        url_check(url)


def test_a_name_is_judged_by_what_it_resolves_to(names: dict[str, str]) -> None:
    names.update({"inside.example.com": "10.0.0.5", "api.example.com": "1.1.1.1"})
    with pytest.raises(UserError, match=r"inside\.example\.com \(10\.0\.0\.5\)"):
        url_check("https://inside.example.com/v1")
    assert url_check(" https://api.example.com/v1/ ") == "https://api.example.com/v1"


def test_a_name_that_resolves_to_nothing_is_checked_when_it_is_used(names: dict[str, str]) -> None:
    assert url_check("https://not-yet.example.com/v1") == "https://not-yet.example.com/v1"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "should look like https"),
        ("api.example.com/v1", "should look like https"),
        ("ftp://api.example.com", "should look like https"),
        ("file:///etc/passwd", "should look like https"),
        ("https://user:pw@api.example.com/v1", "no user or password"),
        ("https://api.example.com/v1?key=1", "without"),
        ("https://api.example.com/v1/chat/completions", "part before 'completions'"),
        ("https://api.example.com:99999/v1", "can't be read"),
        ("http://metadata.google.internal/v1", "never asked"),
        ("http://metadata.google.internal./v1", "never asked"),
        ("http://api.exa\nmple.com/v1", "no spaces or backslashes"),
        ("http://api.example.com\\@10.0.0.5/v1", "no spaces or backslashes"),
        ("http://api example.com/v1", "no spaces or backslashes"),
        ("https://api.example.com/" + "v" * 300, "at most 300"),
    ],
)
def test_a_url_that_is_no_endpoint_is_refused_with_the_reason(
    names: dict[str, str], url: str, message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        url_check(url)
    assert "pw" not in caught.value.message
    assert caught.value.fields["base_url"] == caught.value.message
