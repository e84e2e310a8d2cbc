"""The command line. Every command finds its database: the one in the environment, the one that runs, or a fresh one."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from tradelab import env, services, tables

# They work without a database. Every other command holds the services while it runs.
WITHOUT_SERVICES = {
    "", "help", "version", "bootstrap_db", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic",
    "fakellm", "gates_doc", "makemessages", "oracle", "spectacular", "startapp",
}  # fmt: skip
# They change tables, or rows of everybody, so they act as the tables' owner. Every other command serves users, and sees
# what they may see.
BY_THE_OWNER = {
    "backup",
    "flush",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "prune",
    "restore",
    "rotate_secrets",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
}
BRING_TABLES = {"demo", "run"}  # and say so


def main(argv: list[str]) -> None:
    """Run one management command with the services and the role it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradelab.settings")
    env.load_file()
    command = argv[1] if len(argv) > 1 else ""
    if command in BY_THE_OWNER:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    asks_for_help = not {"-h", "--help", "--version"}.isdisjoint(argv)
    try:
        if asks_for_help or command in WITHOUT_SERVICES or checks_a_file(argv):
            execute_from_command_line(argv)
        else:
            is_embedded = not env.text("DATABASE_URL")
            with services.running(env.var_dir()) as lease:
                if is_embedded and command not in BY_THE_OWNER | BRING_TABLES:
                    tables.bring_up_to_date(lease.var_dir)
                execute_from_command_line(argv)
            if command == "run":
                lease.wait_until_over(seconds=2)
    except services.ServicesError as error:
        sys.exit(str(error))


def checks_a_file(argv: list[str]) -> bool:
    """An exported log is checked wherever it is, with no database near."""
    return argv[1:2] == ["verify_run"] and any(argument.split("=")[0] == "--file" for argument in argv)
