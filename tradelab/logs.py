"""Log lines for people and for machines. What looks like a secret is blanked before it is written."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

SECRETS = re.compile(
    r"(?P<url>://[^:/@\s]*:)[^@/\s]+(?=@)"  # a password in a URL
    r"|(?P<name>\b(?:authorization|api[-_]?key|token|password|secret|cookie)\b[\"']?\s*[=:]\s*[\"']?(?:bearer |basic )?)"
    r"[^\s\"',;&]{6,}"
    r"|(?P<bearer>\bbearer )\S{6,}"
    r"|\bsk-[\w-]{8,}",
    re.IGNORECASE,
)
STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request", "color_message"}


def blank(text: str) -> str:
    """Replace what looks like a password, key or token with `…`."""
    return SECRETS.sub(lambda found: f"{found['url'] or found['name'] or found['bearer'] or ''}…", text)


def extras(record: logging.LogRecord) -> dict[str, str]:
    """What was logged beside the message; only plain values, as libraries attach whole objects."""
    return {
        name: str(value)
        for name, value in record.__dict__.items()
        if name not in STANDARD and isinstance(value, str | int | float)
    }


class TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        details = " ".join(f"{name}={value}" for name, value in extras(record).items())
        return blank(f"{super().format(record)} {details}".rstrip())


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **extras(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return blank(json.dumps(line, ensure_ascii=False))
