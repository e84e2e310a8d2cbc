"""Errors that a user is shown: what was found, what is wanted, and with which status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

FORBIDDEN_MESSAGE = "You don't have access to this, or it doesn't exist."


class UserError(Exception):
    """Something the user asked for can't be done; the message is shown as it is, on pages and in the API."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, *, code: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})


class Forbidden(UserError):
    """Absent or somebody else's: the two look alike."""

    status = 403
    code = "forbidden"

    def __init__(self) -> None:
        super().__init__(FORBIDDEN_MESSAGE)


class Conflict(UserError):
    """The request is sound, but the present state refuses it."""

    status = 409
    code = "conflict"


def known_fields(sent: Iterable[str], settable: Iterable[str]) -> None:
    """Raises UserError naming fields that can't be set."""
    unknown = sorted(set(sent) - set(settable))
    if unknown:
        known = ", ".join(sorted(settable))
        raise UserError(
            f"There is no field {', '.join(unknown)} to set. There are: {known}.",
            fields=dict.fromkeys(unknown, "This can't be set."),
        )
