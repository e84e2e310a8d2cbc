"""deploy's nginx, really run in front of two web processes in production's settings; skipped where there is no nginx."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from cryptography.fernet import Fernet
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User

from agents.tests.world import bars_make, model_make, run_make
from core import live
from tradelab.env import BASE_DIR
from tradelab.services.processes import Child
from tradelab.tests.proxy import HOST, VISITOR, Proxy, nginx
from tradelab.tests.support import eventually
from tradelab.tests.web import free_port, web

PROGRAM = shutil.which("nginx")
PASSWORD = "correct horse battery"
MEGABYTE = 1024 * 1024

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="nginx is not on this machine"),
]


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """The settings of a machine that others reach, its static files collected."""
    given = {
        "TRADELAB_ENV": "production",
        "VAR_DIR": str(tmp_path / "var"),
        "SECRET_KEY": "only-for-a-test-of-nginx-" + "x" * 40,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": HOST,
        "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
        "SITE_URL": f"https://{HOST}",
        "TRUST_PROXY": "yes",
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        collect = [
            sys.executable,
            str(BASE_DIR / "manage.py"),
            "collectstatic",
            "--noinput",
            "--verbosity",
            "0",
        ]
        subprocess.run(collect, check=True, capture_output=True)
    return given


@pytest.fixture
def site(production: dict[str, str], tmp_path: Path) -> Iterator[tuple[Proxy, list[Child], list[int]]]:
    assert PROGRAM is not None
    folder, ports = tmp_path / "nginx", [free_port(), free_port()]
    folder.mkdir()
    with ExitStack() as stack:
        children = [stack.enter_context(web(port, production)) for port in ports]
        yield stack.enter_context(nginx(PROGRAM, folder, ports)), children, ports


@pytest.fixture
def person() -> User:
    # As a web process would have stored it, which knows nothing of the quick hashes of tests.
    password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    return User.objects.create(username="dora", password=password)


def cookies(answer: HTTPResponse) -> dict[str, str]:
    """What the answer sets, by name, with all that it says of each."""
    found = answer.headers.get_all("Set-Cookie") or []
    return {line.split("=", 1)[0]: line for line in found}


def value_of(cookie: str) -> str:
    return cookie.split("=", 1)[1].split(";")[0]


def log_in(proxy: Proxy, password: str = PASSWORD) -> HTTPResponse:
    form = proxy.ask("GET", "/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.read().decode())
    assert token
    cookie = cookies(form)["csrftoken"]
    assert "Secure" in cookie
    return proxy.post(
        "/login/",
        {"username": "dora", "password": password, "csrfmiddlewaretoken": token[1]},
        Cookie=f"csrftoken={value_of(cookie)}",
        X_Forwarded_For="9.9.9.9",
        X_Forwarded_Proto="http",
    )


def test_nginx_in_front_of_two_web_processes(
    site: tuple[Proxy, list[Child], list[int]], person: User
) -> None:
    proxy, children, ports = site
    check_doors(proxy, ports)
    check_static(proxy)
    check_uploads(proxy)
    session = check_log_in(proxy)
    check_stream(proxy, person, session)
    check_one_down(proxy, children, session)


def check_doors(proxy: Proxy, ports: list[int]) -> None:
    plain = proxy.ask("GET", "/runs/?a=b", is_plain=True)
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/runs/?a=b")
    for path in ("/metrics", "/readyz"):
        assert proxy.ask("GET", path).status == 404, f"{path} is for machines inside"
        for port in ports:
            inside = HTTPConnection("127.0.0.1", port, timeout=60)
            inside.request("GET", path)
            assert inside.getresponse().status == 200
    assert proxy.ask("GET", "/healthz").status == 200
    page = proxy.ask("GET", "/login/")
    assert (page.status, page.version) == (200, 11)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    own, made_up = page.headers["X-Request-ID"], "0" * 32
    assert proxy.ask("GET", "/login/", X_Request_ID=made_up).headers["X-Request-ID"] not in (own, made_up)


def check_static(proxy: Proxy) -> None:
    page = proxy.ask("GET", "/login/").read().decode()
    address = re.search(r'href="(/static/css/app\.[0-9a-f]{12}\.css)"', page)
    assert address, "static files are named by what is in them"
    whole = proxy.ask("GET", address[1])
    packed = proxy.ask("GET", address[1], Accept_Encoding="gzip")
    assert (whole.status, packed.status) == (200, 200)
    assert "immutable" in whole.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.read()) < len(whole.read()) / 2


def check_uploads(proxy: Proxy) -> None:
    assert proxy.ask("POST", "/login/", b"x" * MEGABYTE).status != 413
    assert proxy.ask("POST", "/login/", b"", Content_Length=str(33 * MEGABYTE)).status == 413


def check_log_in(proxy: Proxy) -> str:
    """A session over TLS, of a form whose origin is checked; whoever made up an address is seen through."""
    assert log_in(proxy, "wrong").status == 200
    assert AccessAttempt.objects.get().ip_address == VISITOR
    entered = log_in(proxy)
    assert (entered.status, entered.headers["Location"]) == (302, "/")
    session = cookies(entered)["sessionid"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(session.split("; "))
    return f"sessionid={value_of(session)}"


def check_stream(proxy: Proxy, person: User, session: str) -> None:
    """A poke arrives while the answer is still going on: nothing on the way waits until it is whole."""
    bars_make()
    run = run_make(person, model_make(person))
    stream = proxy.ask("GET", f"/live/?topics=run:{run.pk}", Cookie=session, Accept_Encoding="gzip")
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    assert stream.headers.get("Content-Encoding") in (None, "identity")
    for _ in range(3):
        heard(stream, "ready" if _ == 0 else "poke")
        live.publish(f"run:{run.pk}")
    heard(stream, "poke")
    stream.close()


def heard(stream: HTTPResponse, wanted: str) -> None:
    """Read until the event comes; a stream that is held back runs into the time limit of the connection."""
    while (line := stream.readline().decode().strip()) != f"event: {wanted}":
        assert line or not stream.isclosed(), f"the stream ended before {wanted}"


def check_one_down(proxy: Proxy, children: list[Child], session: str) -> None:
    kill_web(children[0])
    for _ in range(6):
        assert proxy.ask("GET", "/schedules/", Cookie=session).status == 200
    kill_web(children[1])
    assert proxy.ask("GET", "/schedules/", Cookie=session).status == 502


def kill_web(child: Child) -> None:
    child.process.kill()
    child.process.wait()
    eventually(lambda: not child.is_alive)
