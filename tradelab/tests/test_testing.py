from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tradelab.testing import wants_only_pure_tests


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["trading/tests", "-q"], True),
        (["trading/tests/test_money.py::test_x", "trading"], True),
        (["trading", "tradelab"], False),
        (["-q"], False),
        ([], False),
    ],
)
def test_only_tests_of_plain_python_need_no_database(arguments: list[str], expected: bool) -> None:
    assert wants_only_pure_tests(arguments) is expected


def test_tests_act_as_the_owner_of_the_tables(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tl_owner",)


def test_app_role_is_bound_by_row_level_security(app_role: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("tl_app", False, False)


def test_app_role_may_use_every_table_that_the_owner_made(app_role: None) -> None:
    assert User.objects.count() == 0
