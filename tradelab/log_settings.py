"""Where log lines go, in which form, and from whom."""

from __future__ import annotations

import sys
from typing import Any


def log_settings(level: str, form: str) -> dict[str, Any]:
    """What Django configures logging with: one line an event, never a secret. `form` is text or json."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "tradelab.logs.TextFormatter"},
            "json": {"()": "tradelab.logs.JsonFormatter"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": form}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.db.backends": {"level": "INFO"},
            "celery": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            # They tell of every request, and at DEBUG of every prompt; our own journal keeps both.
            **{name: {"level": "WARNING"} for name in ("httpx2", "httpcore2", "openai")},
            # One line a request is for machines to read.
            "tradelab.requests": {"level": "INFO" if form == "json" else "WARNING"},
            "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
