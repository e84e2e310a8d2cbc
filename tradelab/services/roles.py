"""The three roles and the database, made by a superuser, as often as one likes.

`tl_owner` owns the tables and migrates; `tl_app` serves users and owns nothing; `tl_admin` sees all rows and can't
log in: staff become it for one transaction.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

ROLES_SQL = """
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tl_owner', 'tl_app', 'tl_admin'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I', name);
    END IF;
  END LOOP;
END $$;
ALTER ROLE tl_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
ALTER ROLE tl_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
ALTER ROLE tl_admin NOLOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE BYPASSRLS;
GRANT tl_admin TO tl_app WITH INHERIT FALSE, SET TRUE;
GRANT tl_app TO tl_owner WITH INHERIT FALSE, SET TRUE;
"""

# What the owner creates from now on, the two others may use. Kept per database; new ones copy template1's.
PRIVILEGES_SQL = """
ALTER DEFAULT PRIVILEGES FOR ROLE tl_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tl_app, tl_admin;
ALTER DEFAULT PRIVILEGES FOR ROLE tl_owner GRANT USAGE, SELECT ON SEQUENCES TO tl_app, tl_admin;
"""


def prepare_database(
    superuser_url: str, database: str, *, passwords: dict[str, str] | None = None, for_tests: bool = False
) -> None:
    """Create roles, database and default privileges where they are missing.

    `passwords` maps role names to passwords to set. `for_tests` prepares template1 too, so that test databases,
    which are made from it, grant the same.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(ROLES_SQL)
        for role, password in (passwords or {}).items():
            set_password = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(set_password.format(sql.Identifier(role), sql.Literal(password)))
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not found:
            create = sql.SQL("CREATE DATABASE {} OWNER tl_owner")
            connection.execute(create.format(sql.Identifier(database)))
    for name in (database, "template1") if for_tests else (database,):
        with psycopg.connect(superuser_url, dbname=name, autocommit=True) as connection:
            connection.execute(PRIVILEGES_SQL)
