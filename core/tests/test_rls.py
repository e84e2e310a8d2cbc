"""Row-level security as the role that serves users meets it."""

from __future__ import annotations

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory

from conftest import as_app_role
from core.errors import UserError
from core.middleware import RlsMiddleware
from core.models import StaffAccess
from core.rls import acting_as, current_actor, set_actor
from profiles.models import TradingModel


@pytest.fixture
def models(alice: User, charlie: User) -> list[TradingModel]:
    """Two Models of alice's and one of charlie's."""
    return [
        TradingModel.objects.create(user=owner, name=name, slug=name)
        for owner, name in ((alice, "a1"), (alice, "a2"), (charlie, "c1"))
    ]


def names() -> list[str]:
    """Every Model there is, with no filter at all."""
    return sorted(TradingModel.objects.values_list("name", flat=True))


def test_without_an_actor_nothing_is_visible(models: list[TradingModel], app_role: None) -> None:
    assert names() == []


def test_a_query_without_a_filter_returns_only_own_rows(
    models: list[TradingModel], alice: User, charlie: User, app_role: None
) -> None:
    with acting_as(alice.pk):
        assert names() == ["a1", "a2"]
    with acting_as(charlie.pk):
        assert names() == ["c1"]


def test_nested_acting_restores_the_outer_user(
    models: list[TradingModel], alice: User, charlie: User, app_role: None
) -> None:
    with acting_as(alice.pk):
        with acting_as(charlie.pk):
            assert names() == ["c1"]
        assert names() == ["a1", "a2"]
        assert current_actor() == alice.pk


def test_a_row_for_somebody_else_is_refused(alice: User, charlie: User, app_role: None) -> None:
    with (
        acting_as(alice.pk),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        TradingModel.objects.create(user=charlie, name="planted", slug="planted")


def test_foreign_rows_can_be_neither_changed_nor_taken(
    models: list[TradingModel], alice: User, charlie: User, app_role: None
) -> None:
    with acting_as(alice.pk):
        assert TradingModel.objects.filter(name="c1").update(name="stolen") == 0
        assert TradingModel.objects.filter(name="c1").delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            TradingModel.objects.filter(name="a1").update(user=charlie)
    with acting_as(charlie.pk):
        assert names() == ["c1"]


def unfiltered(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"names": names()})


def answer_to(user: User, view: object) -> HttpResponse:
    request = RequestFactory().get("/")
    request.user = user
    with as_app_role():
        response = RlsMiddleware(view)(request)  # type: ignore[arg-type]  # a plain view serves as the rest of the chain
    assert isinstance(response, HttpResponse)
    return response


def test_an_unfiltered_query_inside_a_request_returns_only_own_rows(
    models: list[TradingModel], alice: User, charlie: User
) -> None:
    assert answer_to(alice, unfiltered).content == b'{"names": ["a1", "a2"]}'
    assert answer_to(charlie, unfiltered).content == b'{"names": ["c1"]}'


def test_an_answer_that_reports_a_bug_writes_nothing(alice: User) -> None:
    def breaks(request: HttpRequest) -> HttpResponse:
        TradingModel.objects.create(user=alice, name="half", slug="half")
        return HttpResponse(status=500)

    answer_to(alice, breaks)
    assert not TradingModel.objects.filter(name="half").exists()


def test_a_user_error_writes_nothing_and_says_what_is_wanted(alice: User) -> None:
    middleware = RlsMiddleware(unfiltered)
    request = RequestFactory().get("/")
    request.user = alice
    response = middleware.process_exception(request, UserError("Quantity should be above 0, was -3"))
    assert response is not None
    assert response.status_code == 400
    assert b"Quantity should be above 0, was -3" in response.content
    assert response.must_roll_back  # type: ignore[attr-defined]  # set by the middleware for itself


@pytest.mark.django_db(transaction=True)
def test_an_actor_needs_a_transaction_to_be_bound_to() -> None:
    with pytest.raises(transaction.TransactionManagementError, match="transaction"):
        set_actor(1)


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_forgets_its_user_with_the_transaction() -> None:
    alice = User.objects.create_user("alice")
    TradingModel.objects.create(user=alice, name="a1", slug="a1")
    parameters = connection.get_connection_params()
    parameters = {
        name: parameters[name]
        for name in ("host", "port", "user", "password", "dbname")
        if name in parameters
    }
    with psycopg.connect(**parameters, autocommit=True) as pooled:
        pooled.execute("SET ROLE tl_app")
        with pooled.transaction():
            pooled.execute("SELECT set_config('app.user_id', %s, true)", [str(alice.pk)])
            assert pooled.execute("SELECT count(*) FROM profiles_tradingmodel").fetchone() == (1,)
        assert pooled.execute("SELECT count(*) FROM profiles_tradingmodel").fetchone() == (0,)
        assert pooled.execute("SELECT current_setting('app.user_id', true)").fetchone() == ("",)


def test_staff_see_all_rows_in_the_admin_only_and_it_is_written_down(
    models: list[TradingModel], client: Client
) -> None:
    User.objects.create_user("root", password="root", is_staff=True, is_superuser=True)
    client.force_login(User.objects.get(username="root"))
    page = client.get("/admin/profiles/tradingmodel/")
    assert page.status_code == 200
    assert all(f">{name}<".encode() in page.content for name in ("a1", "a2", "c1"))
    assert StaffAccess.objects.filter(path="/admin/profiles/tradingmodel/").count() == 1
    assert b">a1<" not in client.get("/models/").content


def test_the_roles_that_serve_users_own_nothing_and_bypass_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'tl_app'")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'tl_app'")
        assert cursor.fetchone() == (0,)
