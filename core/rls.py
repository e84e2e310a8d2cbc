"""Row-level security: PostgreSQL shows a role only the rows of the user who acts.

The acting user is a setting of the current *transaction* (`app.user_id`), so a pooled connection cannot carry
it to somebody else. Without it nothing is visible. Staff see all rows in the admin by `SET LOCAL ROLE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from core.together import one_commit, together, write

P = ParamSpec("P")
R = TypeVar("R")

STAFF_ROLE = "tl_admin"

SETUP_SQL = """
CREATE OR REPLACE FUNCTION app_user_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('app.user_id', true), '')::bigint $$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  RAISE EXCEPTION 'rows of % are append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def set_actor(user_id: int | None) -> None:
    """Let the current transaction act for this user; None sees nothing.

    Raises TransactionManagementError outside a transaction, where the setting would vanish at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("set_actor needs a transaction to bind the user to")
    write("SELECT set_config('app.user_id', %s, true)", [str(user_id or "")])


def current_actor() -> int | None:
    """Id of the user that the current transaction acts for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user_id', true)")
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] else None


@contextmanager
def acting_as(user_id: int | None) -> Iterator[None]:
    """Open a transaction that acts for this user: for tasks, commands, streams and tests.

    Nested use restores the outer user. Never hold it around a network call.
    """
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        before = current_actor() if is_nested else None
        set_actor(user_id)
        yield
        if is_nested:  # else the setting ends with the transaction
            set_actor(before)


@contextmanager
def committing_as(user_id: int) -> Iterator[None]:
    """The same for a commit that should cost little: writes go out together, see `core.together`."""
    if connection.in_atomic_block:
        with acting_as(user_id), together():
            yield
    else:
        with one_commit():
            set_actor(user_id)
            yield


def as_user(task: Callable[Concatenate[int, P], R]) -> Callable[Concatenate[int, P], R]:
    """Run a function whose first argument is a user id in one transaction that acts for that user."""

    @wraps(task)
    def wrapped(user_id: int, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with acting_as(user_id):
            return task(user_id, *args, **kwargs)

    return wrapped


def become_staff() -> None:
    """Let the current transaction see and change all rows; for staff in the admin and on the operator's page only."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {STAFF_ROLE}")


class TableOperation(Operation):
    """A migration step that runs SQL on the table of one model. `{name}` is what a constraint on it is called."""

    reduces_to_sql = True
    reversible = True
    forwards: tuple[str, ...] = ()
    backwards: tuple[str, ...] = ()

    def __init__(self, model: str) -> None:
        self.model = model

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.model], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The tables' columns stay as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._execute(self.forwards, app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._execute(self.backwards, app_label, schema_editor, to_state)

    def _execute(
        self,
        statements: tuple[str, ...],
        app_label: str,
        editor: BaseDatabaseSchemaEditor,
        state: ProjectState,
    ) -> None:
        table = state.apps.get_model(app_label, self.model)._meta.db_table
        names = {
            "table": editor.quote_name(table),
            "name": editor.quote_name(f"{table}_{type(self).__name__.lower()}"),
        }
        for statement in statements:
            editor.execute(statement.format(**names))

    def describe(self) -> str:
        return f"{self.__class__.__name__} on {self.model}"


class EnableRLS(TableOperation):
    """Show and accept only rows whose `user_id` is the acting user's."""

    forwards = (
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY owner_only ON {table} USING (user_id = app_user_id()) WITH CHECK (user_id = app_user_id())",
    )
    backwards = (
        "DROP POLICY IF EXISTS owner_only ON {table}",
        "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


class AppendOnly(TableOperation):
    """Refuse UPDATE to everybody, and DELETE and TRUNCATE to the roles that serve users.

    The owner may still delete, so that a run's rows can go when its retention ends.
    """

    forwards = (
        "CREATE TRIGGER append_only BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM tl_app, tl_admin",
    )
    backwards = (
        "DROP TRIGGER IF EXISTS append_only ON {table}",
        "GRANT UPDATE, DELETE ON {table} TO tl_app, tl_admin",
    )


class CompleteOnce(TableOperation):
    """Let a row be written, completed (`ended_at`) and then never changed; refuse DELETE and TRUNCATE as AppendOnly does."""

    forwards = (
        "CREATE TRIGGER complete_once BEFORE UPDATE ON {table} FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL)"
        " EXECUTE FUNCTION refuse_change()",
        "REVOKE DELETE, TRUNCATE ON {table} FROM tl_app, tl_admin",
    )
    backwards = (
        "DROP TRIGGER IF EXISTS complete_once ON {table}",
        "GRANT DELETE ON {table} TO tl_app, tl_admin",
    )
