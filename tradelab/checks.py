"""Checks for `manage.py check --deploy`: what must not stand on a machine that others can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from tradelab import env
from tradelab.database_url import redact

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
LEAST_SECRET = 40  # characters
LEAST_POSTGRESQL = 160000

Finding = Iterator[str]
FINDERS: dict[str, Callable[[], Finding]] = {}


def finder(number: str) -> Callable[[Callable[[], Finding]], Callable[[], Finding]]:
    """Register a function that yields what is wrong; its messages carry this number."""

    def add(function: Callable[[], Finding]) -> Callable[[], Finding]:
        FINDERS[number] = function
        return function

    return add


@register(Tags.security, deploy=True)
def is_safe_to_deploy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(message, id=f"tradelab.E{number}") for number, find in FINDERS.items() for message in find()
    ]


@finder("001")
def environment() -> Finding:
    if not settings.IS_PRODUCTION:
        yield "TRADELAB_ENV should be 'production' on a machine that others can reach, was 'local'."
    if settings.DEBUG:
        yield "DEBUG should be off: its error pages show settings and data to anybody."


@finder("002")
def hosts() -> Finding:
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS should name your hosts, '*' trusts every name that a visitor makes up."
    elif not set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS:
        yield "ALLOWED_HOSTS should name the host that visitors use; only local ones are named."
    if not settings.SITE_URL.startswith("https://"):
        yield f"SITE_URL should be the https address that visitors use, as links in mail begin with it, found {settings.SITE_URL}"
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if not origin.startswith("https://"):
            yield f"CSRF_TRUSTED_ORIGINS should start with https://, found {origin}"
        elif "*" in origin:
            yield f"CSRF_TRUSTED_ORIGINS should name whole hosts, found {origin}"


@finder("003")
def secrets() -> Finding:
    if not env.text("SECRET_KEY"):
        yield "SECRET_KEY should be given; the one that a private installation makes is not for production."
    elif len(settings.SECRET_KEY) < LEAST_SECRET or len(set(settings.SECRET_KEY)) < 5:
        yield f"SECRET_KEY should be random and have at least {LEAST_SECRET} characters."
    if not env.items("ENCRYPTION_KEYS"):
        yield "ENCRYPTION_KEYS should be given: without it, users' provider keys are lost with the var folder."
    elif settings.SECRET_KEY in settings.ENCRYPTION_KEYS:
        yield "ENCRYPTION_KEYS should differ from SECRET_KEY, so that one can be replaced without the other."


@finder("004")
def own_services() -> Finding:
    for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL"):
        if not env.text(name):
            yield f"{name} should be given; embedded services are for one machine and one user."
    redis = urlsplit(settings.REDIS_URL)
    if (
        env.text("REDIS_URL")
        and not redis.password
        and redis.hostname not in {"localhost", "127.0.0.1", "::1"}
    ):
        yield f"REDIS_URL should carry a password when Redis is on another machine, found {settings.REDIS_URL}"


@finder("005")
def web_process() -> Finding:
    if getattr(settings, "WSGI_APPLICATION", None):
        yield "WSGI_APPLICATION should not be set: event streams need ASGI (tradelab.asgi)."
    if not settings.SESSION_COOKIE_SECURE or not settings.CSRF_COOKIE_SECURE:
        yield "Session and CSRF cookies should be sent over https only."


@finder("006")
def roles() -> Finding:
    """Ask the database what the role that serves users may do; row-level security depends on the answer."""
    if not env.text("DATABASE_URL"):
        return
    if settings.DATABASES["default"]["USER"] != "tl_app":
        yield f"DATABASE_URL should log in as tl_app, found {redact(settings.DATABASE_URL)}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolsuper, rolbypassrls, current_setting('server_version_num')::int,"
                " EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind = 'r')"
                " FROM pg_roles r WHERE rolname = current_user"
            )
            name, is_superuser, bypasses, version, owns_tables = cursor.fetchone()
    except DatabaseError as error:
        yield f"{redact(settings.DATABASE_URL)} should answer, but: {error}".strip()
        return
    if is_superuser or bypasses:
        yield f"Role {name} should neither be superuser nor have BYPASSRLS: it would see everybody's rows."
    if owns_tables:
        yield f"Role {name} should own no table: row-level security does not bind owners. Migrate as tl_owner."
    if version < LEAST_POSTGRESQL:
        yield f"PostgreSQL should be 16 or newer, found {version // 10000}."
