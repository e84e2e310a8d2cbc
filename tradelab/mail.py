"""By whom mail is sent; off without a host."""

from __future__ import annotations

from typing import Any

from tradelab import env


def mail_settings() -> dict[str, Any]:
    """Django's settings of mail, from the environment."""
    secure = env.choice("EMAIL_SECURITY", "starttls", ("starttls", "tls", "none"))
    return {
        "EMAIL_HOST": env.text("EMAIL_HOST"),
        "EMAIL_PORT": env.number("EMAIL_PORT", 587, least=1),
        "EMAIL_HOST_USER": env.text("EMAIL_HOST_USER"),
        "EMAIL_HOST_PASSWORD": env.text("EMAIL_HOST_PASSWORD"),
        "EMAIL_USE_TLS": secure == "starttls",
        "EMAIL_USE_SSL": secure == "tls",
        "EMAIL_TIMEOUT": 15,
        "DEFAULT_FROM_EMAIL": env.text("EMAIL_FROM", "tradelab@localhost"),
    }
