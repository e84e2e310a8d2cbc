"""A notification packed for its way out, and why it didn't arrive."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that an attempt needs, so that it holds no transaction. `attempt` counts from 1."""

    delivery_id: int
    attempt: int
    channel: str
    notification_id: int
    kind: str
    subject: str
    body: str
    url: str
    created_at: datetime
    to: str  # an e-mail address or a URL; empty when there is none any more
    secret: str = field(default="", repr=False)

    @property
    def link(self) -> str:
        """Where on this site it is about; empty for nowhere."""
        return settings.SITE_URL + self.url if self.url else ""

    def as_json(self) -> bytes:
        """The body of a webhook's request."""
        data = {"id": self.notification_id, "subject": self.subject, "body": self.body, "url": self.link}
        whole = {"type": self.kind, "timestamp": self.created_at.isoformat(), "data": data}
        return json.dumps(whole, separators=(",", ":")).encode()


class Undelivered(Exception):
    """It did not arrive, in words for its user. `is_final`: another attempt would end the same."""

    def __init__(self, message: str, *, status: int | None = None, is_final: bool = False) -> None:
        super().__init__(message)
        self.status, self.is_final = status, is_final
