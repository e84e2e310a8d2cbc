"""The plan of the house, where import-linter can't see: tables, foreign keys, doors and habits."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models.fields.related import ForeignObject, ManyToManyField

from core.models import OwnedModel
from core.public_tables import PUBLIC_TABLES
from tradelab.env import BASE_DIR
from tradelab.tests.source import code_files, floors, kept_files, relative, rooms, tree

OUR_MODELS = [
    model for room in rooms() if apps.is_installed(room) for model in apps.get_app_config(room).get_models()
]
OWNED_MODELS = [model for model in apps.get_models() if issubclass(model, OwnedModel)]
DOORS = re.compile(r"(^|_)(views|api|tasks)$")


def floor_of(room: str) -> int:
    return next(number for number, floor in enumerate(reversed(floors())) if room in floor)


def relations() -> list[tuple[str, str, str]]:
    """Name of each relation between two rooms, with both rooms."""
    return [
        (f"{model._meta.label}.{field.name}", model._meta.app_label, field.related_model._meta.app_label)
        for model in OUR_MODELS
        for field in model._meta.get_fields()
        if isinstance(field, ForeignObject | ManyToManyField) and isinstance(field.related_model, type)
    ]


def test_foreign_keys_point_downwards() -> None:
    upwards = [
        name
        for name, room, target in relations()
        if target in rooms() and target != room and floor_of(target) >= floor_of(room)
    ]
    assert upwards == []


def test_every_table_is_owned_or_public_for_a_reason() -> None:
    neither = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.managed
        and not issubclass(model, OwnedModel)
        and model._meta.label not in PUBLIC_TABLES
    ]
    assert neither == []
    assert all(PUBLIC_TABLES.values())


def test_every_view_reads_as_whoever_asks(db: None) -> None:
    """Else it would read as its owner, whom row-level security does not bind."""
    views = [model._meta.db_table for model in OUR_MODELS if not model._meta.managed]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
            " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'v' AND relname = ANY (%s)", [views])
        assert sorted(row[0] for row in cursor.fetchall()) == sorted(views)


def test_no_owned_table_is_called_public() -> None:
    assert [model._meta.label for model in OWNED_MODELS if model._meta.label in PUBLIC_TABLES] == []


def test_every_owned_table_has_row_level_security(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_policies JOIN pg_class ON relname = tablename"
            " WHERE relrowsecurity AND cmd = 'ALL' AND qual LIKE '%app_user_id()%' AND with_check LIKE '%app_user_id()%'"
        )
        protected = {row[0] for row in cursor.fetchall()}
    assert [model._meta.label for model in OWNED_MODELS if model._meta.db_table not in protected] == []


def test_every_table_belongs_to_the_owner_role(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner"
            " WHERE relnamespace = 'public'::regnamespace AND rolname <> 'tl_owner'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("model", OWNED_MODELS, ids=lambda model: model._meta.label)
def test_an_owned_tables_user_is_not_optional(model: type[models.Model]) -> None:
    assert model._meta.get_field("user").null is False


def test_doors_read_through_selectors_that_start_from_the_user() -> None:
    by_key = re.compile(r"\.objects\.(get|filter)\(\s*(pk|id)\s*=|get_object_or_404\(")
    found = [
        f"{relative(path)}:{number}: {line.strip()}"
        for path in code_files()
        if DOORS.search(path.stem)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if by_key.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["urls", "api_urls"])
def test_every_rooms_addresses_are_in_the_map(name: str) -> None:
    written = {room for room in rooms() if room != "tradelab" and (BASE_DIR / room / f"{name}.py").exists()}
    listed = set(
        re.findall(rf'include\("(\w+)\.{name}"\)', (BASE_DIR / "tradelab" / f"{name}.py").read_text())
    )
    assert listed - {"tradelab"} == written


def test_orders_are_approved_in_one_place() -> None:
    allowed = ("rules/approve.py", "trading/oracle/")  # the oracle is a simulator without account or gates
    makers = [
        relative(path)
        for path in code_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "ApprovedOrder"
        and not relative(path).startswith(allowed)
    ]
    assert makers == []


def test_only_what_stores_nothing_leaves_out_a_gate() -> None:
    """Others may pass on which gates there are, not choose them."""
    passing_on = {"agents/door.py", "rules/door.py", "rules/approve.py"}
    storing_nothing = {"agents/whatif/simulate.py", "rules/trials/asking.py"}
    choosing = {
        relative(path)
        for path in code_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and any(keyword.arg == "gates" for keyword in node.keywords)
    }
    assert choosing - passing_on - storing_nothing == set()


def test_nothing_kept_names_a_machine_or_a_registry() -> None:
    folders = "|".join(("wo" + "rk", "ro" + "ot", "ho" + r"me/\w+"))
    hosts = "|".join(
        (r"py" + r"pi\.org", r"python" + r"hosted\.org", r"npm" + r"js\.org", r"deb" + r"ian\.org")
    )
    personal = re.compile(rf"(?<![\w.])/({folders})/|{hosts}")
    found = []
    for path in kept_files():
        if "vendor" in path.parts or path.suffix in {".png", ".ico", ".woff2", ".npz", ".parquet"}:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if personal.search(line):
                found.append(f"{relative(path)}:{number}: {line.strip()[:100]}")
    assert found == []
