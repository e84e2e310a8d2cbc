"""Whether a process may be given work: tries what work needs, each over a connection of its own that is closed at once.

So a full pool, or one that hangs, can't hide what is wrong, and asking holds nothing. Every try gives up by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

logger = logging.getLogger(__name__)

SECONDS = 2  # for each try
KEPT_SECONDS = 1.0  # an answer counts so long, or strangers could have us open connections without end

ROLE_SQL = """
SELECT rolsuper OR rolbypassrls,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')),
       to_regclass('django_migrations') IS NOT NULL
FROM pg_roles r WHERE rolname = current_user
"""

_lock = threading.Lock()
_last: tuple[float, dict[str, str]] = (0.0, {})


def problems() -> dict[str, str]:
    """What is wrong with each thing that work needs; empty texts: nothing. The details go to the log, not to strangers."""
    global _last
    with _lock:
        if not _last[1] or time.monotonic() - _last[0] > KEPT_SECONDS:
            found = database_problems(connection.get_connection_params()) | {
                "redis": redis_problem(settings.REDIS_URL)
            }
            _last = time.monotonic(), found
        return _last[1]


def database_problems(parameters: Mapping[str, Any]) -> dict[str, str]:
    milliseconds = SECONDS * 1000
    limits = {
        "connect_timeout": SECONDS,
        "tcp_user_timeout": milliseconds,
        "options": f"-c statement_timeout={milliseconds}",
    }
    try:
        with psycopg.connect(**{**parameters, **limits}, autocommit=True) as database:
            return asked(database)
    except psycopg.Error as error:
        logger.warning("not ready: the database says %s", str(error).strip())
        return {"database": "It can't be reached.", "migrations": "Unknown without the database."}


def asked(database: psycopg.Connection[Any]) -> dict[str, str]:
    row = database.execute(ROLE_SQL).fetchone()
    assert row is not None, "whoever is logged in has a role"
    sees_everything, owns_tables, has_tables = row
    role = ""
    if sees_everything or owns_tables:
        role = "It is reached as a role that row-level security does not bind; DATABASE_URL should log in as tl_app."
    applied = database.execute("SELECT app, name FROM django_migrations").fetchall() if has_tables else []
    missing = newest_migrations() - {(app, name) for app, name in applied}
    if missing:
        names = sorted(f"{app}.{name}" for app, name in missing)
        logger.warning("not ready: migrations are not applied: %s", ", ".join(names))
    migrations = "Not all are applied; run manage.py migrate." if missing else ""
    return {"database": role, "migrations": migrations}


@cache
def newest_migrations() -> frozenset[tuple[str, str]]:
    """The last of every application, as its files say; each stands on all before it."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def redis_problem(url: str) -> str:
    client = redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        client.ping()
    except redis.RedisError as error:
        logger.warning("not ready: Redis says %s", error)
        return "It can't be reached."
    finally:
        client.close()
    return ""
