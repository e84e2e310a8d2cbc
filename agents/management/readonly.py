"""For commands that may only look."""

from __future__ import annotations

from django.db import connection


def read_only() -> None:
    """Let the database itself refuse any write for the rest of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
