"""nginx with the configuration of `deploy/`, in front of web processes of this machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from ssl import CERT_NONE, SSLContext, create_default_context
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tradelab.env import BASE_DIR
from tradelab.services.processes import spawn, stop
from tradelab.tests.support import eventually
from tradelab.tests.web import free_port, is_open

HOST = "tradelab.example.com"
VISITOR = "127.0.0.2"  # where requests come from: not the address of the proxy
CONF = BASE_DIR / "deploy" / "nginx" / "tradelab.conf"
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/tradelab.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where nginx listens."""

    plain: int
    tls: int

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        is_plain: bool = False,
        **headers: str,
    ) -> HTTPResponse:
        """The beginning of the answer to a visitor; its body is still to be read."""
        source, given = (
            (VISITOR, 0),
            {"Host": HOST, **{key.replace("_", "-"): headers[key] for key in headers}},
        )
        connection = (
            HTTPConnection("127.0.0.1", self.plain, timeout=60, source_address=source)
            if is_plain
            else HTTPSConnection("127.0.0.1", self.tls, timeout=60, source_address=source, context=trusting())
        )
        connection.request(method, path, body, given)
        return connection.getresponse()

    def post(self, path: str, form: dict[str, str], **headers: Any) -> HTTPResponse:
        """A form as a browser sends it."""
        kind = "application/x-www-form-urlencoded"
        origin = f"https://{HOST}"
        return self.ask("POST", path, urlencode(form).encode(), Content_Type=kind, Origin=origin, **headers)


def trusting() -> SSLContext:
    context = create_default_context()
    context.check_hostname, context.verify_mode = False, CERT_NONE
    return context


def configured(folder: Path, proxy: Proxy, ports: Sequence[int]) -> Path:
    """The configuration as it stands, but for ports, names of machines and the certificate's place."""
    text = CONF.read_text()
    text = text.replace("listen 80;", f"listen 127.0.0.1:{proxy.plain};")
    text = text.replace("listen 443 ", f"listen 127.0.0.1:{proxy.tls} ")
    text = text.replace("/etc/nginx/certificates", str(folder))
    text = re.sub(r"server web:8000;", " ".join(f"server 127.0.0.1:{port};" for port in ports), text)
    (folder / "tradelab.conf").write_text(text)
    certificate_make(folder)
    main = folder / "nginx.conf"
    main.write_text(AROUND.format(folder=folder))
    return main


def certificate_make(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "tradelab.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tradelab.key").write_bytes(private)


@contextmanager
def nginx(program: str, folder: Path, ports: Sequence[int]) -> Iterator[Proxy]:
    """nginx in front of web processes at these ports."""
    proxy = Proxy(free_port(), free_port())
    main = configured(folder, proxy, ports)
    subprocess.run([program, "-t", "-c", main], check=True, capture_output=True)
    child = spawn("nginx", [program, "-c", main])
    try:
        eventually(lambda: is_open(proxy.tls), seconds=60)
        yield proxy
    finally:
        stop([child], seconds=10)
