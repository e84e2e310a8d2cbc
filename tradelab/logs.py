"""Log lines for people and for machines. What looks like a secret is blanked before it is written."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from functools import cache
from urllib.parse import unquote, urlsplit

from django.conf import settings

from core import tracing

SECRETS = re.compile(
    r"(?P<url>://[^:/@\s]*:)[^@/\s]+(?=@)"  # a password in a URL
    r"|(?P<name>\b(?:authorization|api[-_]?key|token|password|secret|cookie)\b[\"']?\s*[=:]\s*[\"']?(?:bearer |basic )?)"
    r"[^\s\"',;&]{6,}"
    r"|(?P<bearer>\bbearer )\S{6,}"
    r"|(?P<link>/shared/)[^/\s]{6,}"  # whoever has it reads the report
    r"|\bsk-[\w-]{8,}",
    re.IGNORECASE,
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
SECRET_NAMES = re.compile(r"(?:.*[-_])?(?:authorization|key|token|password|secret|cookie)", re.IGNORECASE)
SHORTEST_SECRET = 8
STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request", "color_message"}


@cache
def own_secrets() -> tuple[str, ...]:
    """Those of this installation, which are blanked wherever they appear, longest first."""
    urls = (settings.DATABASE_URL, settings.MIGRATE_DATABASE_URL, settings.REDIS_URL)
    found = {unquote(urlsplit(url).password or "") for url in urls}
    found |= {settings.SECRET_KEY, *settings.ENCRYPTION_KEYS}
    found |= {settings.METRICS_TOKEN, settings.EMAIL_HOST_PASSWORD}
    return tuple(sorted((text for text in found if len(text) >= SHORTEST_SECRET), key=len, reverse=True))


def blank(text: str) -> str:
    """Replace what is a secret of ours, or looks like a password, key or token, with `…`."""
    for secret in own_secrets():
        text = text.replace(secret, "…")
    kept = ("url", "name", "bearer", "link")
    return SECRETS.sub(lambda found: f"{next(filter(None, map(found.group, kept)), '')}…", text)


def on_one_line(text: str) -> str:
    """Without what a visitor could begin another line with, or steer a terminal."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def extras(record: logging.LogRecord) -> dict[str, str]:
    """What was logged beside the message; only plain values, as libraries attach whole objects."""
    return {
        name: "…" if SECRET_NAMES.fullmatch(name) else str(value)
        for name, value in record.__dict__.items()
        if name not in STANDARD and isinstance(value, str | int | float)
    }


class TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the library's name)
        return on_one_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        # A person watching wants to know the run; the names of requests and tasks are for machines.
        named = {name: value for name, value in tracing.ids().items() if name == "run_id"} | extras(record)
        details = on_one_line(" ".join(f"{name}={value}" for name, value in named.items()))
        return blank(f"{super().format(record)} {details}".rstrip())


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **tracing.ids(),
            **extras(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        # Each text by itself: blanking the whole line could eat what holds it together.
        return json.dumps({name: blank(text) for name, text in line.items()}, ensure_ascii=False)
