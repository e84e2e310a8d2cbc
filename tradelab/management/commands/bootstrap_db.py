"""`manage.py bootstrap_db`: roles and database on a PostgreSQL of your own."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradelab.database_url import database_settings, redact
from tradelab.services.roles import prepare_database


class Command(BaseCommand):
    help = (
        "Create the roles tl_owner, tl_app and tl_admin and the database that DATABASE_URL names, "
        "with the passwords that DATABASE_URL (tl_app) and MIGRATE_DATABASE_URL (tl_owner) carry."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--superuser-url", required=True, help="PostgreSQL URL of a role that may create roles"
        )
        parser.add_argument(
            "--for-tests", action="store_true", help="also prepare template1 for test databases"
        )

    def handle(self, *, superuser_url: str, for_tests: bool, **options: Any) -> None:
        urls = {"tl_app": settings.DATABASE_URL, "tl_owner": settings.MIGRATE_DATABASE_URL}
        passwords = {role: password_of(role, url) for role, url in urls.items()}
        database = database_settings(settings.DATABASE_URL)["NAME"]
        given = {role: password for role, password in passwords.items() if password}
        try:
            prepare_database(superuser_url, database, passwords=given, for_tests=for_tests)
        except psycopg.Error as error:
            raise CommandError(f"{redact(superuser_url)}: {error}") from None
        self.stdout.write(
            f"database {database} and the roles tl_owner, tl_app, tl_admin are ready; now: manage.py migrate"
        )


def password_of(role: str, url: str) -> str:
    """The password in a URL that must be this role's."""
    parts = urlsplit(url)
    if parts.username != role:
        raise CommandError(f"the URL for {role} should name that role, found {redact(url)}")
    return unquote(parts.password or "")
