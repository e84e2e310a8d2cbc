"""Turn `postgresql://user:password@host:port/name?option=value` into Django's settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("postgresql", "postgres")


def database_settings(url: str, *, pool_size: int = 0, pool_seconds: int = 5) -> dict[str, Any]:
    """Settings of one PostgreSQL database; with a `pool_size`, threads share connections and wait for one so long.

    A Unix socket's folder is given as `?host=`; other query values go to the driver (`sslmode`, …).
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"A database URL should look like postgresql://user@host/name, was {redact(url)!r}"
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": pool_seconds}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }


def redact(url: str) -> str:
    """The same URL without its password."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":…@")).geturl()
