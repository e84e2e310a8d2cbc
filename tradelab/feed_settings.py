"""Settings of market data feeds, read from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from tradelab import env


def feed_settings(var_dir: Path) -> dict[str, Any]:
    """`calls`: whether vendors are asked at all; `folder`: of the folder feed; `alpaca_tape`: of
    what has just closed; `urls`: other addresses by feed."""
    return {
        "calls": env.choice("ALLOW_FEED_CALLS", "yes", ("yes", "loopback", "no")),
        "folder": Path(env.text("FEED_FOLDER", str(var_dir / "feed"))),
        "alpaca_tape": env.choice("ALPACA_TAPE", "iex", ("iex", "sip")),
        "urls": dict(address(item) for item in env.items("FEED_URLS")),
    }


def address(item: str) -> tuple[str, str]:
    name, _, url = item.partition("=")
    if not name or not url.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"FEED_URLS should be feed=address,…, such as polygon=https://…, has {item!r}"
        )
    return name, url
