"""Functions that work as the tables' owner can't be made to do somebody else's work."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

DEFINERS = "FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
# What a stranger who can run statements as the app's role would try: a view in the place of a table.
TRAP = """
CREATE FUNCTION pg_temp.overheard() RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN PERFORM set_config('app.overheard', current_user, false); RETURN 1; END $$;
CREATE TEMP VIEW agents_schedule AS
SELECT pg_temp.overheard() AS user_id, 1::bigint AS id, '-infinity'::timestamptz AS next_fire_at;
GRANT SELECT ON pg_temp.agents_schedule TO PUBLIC;
"""


def test_they_look_into_temporary_tables_last_and_are_not_for_everybody() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, proconfig, has_function_privilege('tl_app', oid, 'EXECUTE'),"
            f" proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0) {DEFINERS}"
        )
        found = cursor.fetchall()
    assert {name for name, *_ in found} >= {"runs_to_wake", "schedules_due", "api_token_owner"}
    for name, path, is_for_app, is_for_everybody in found:
        assert path == ["search_path=public, pg_temp"], name
        assert is_for_app, name
        assert not is_for_everybody, name


def test_a_temporary_view_does_not_stand_before_a_table(app_role: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRAP)
        cursor.execute("SELECT count(*) FROM schedules_due(now())")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT current_setting('app.overheard', true)")
        assert cursor.fetchone() in [(None,), ("",)]
