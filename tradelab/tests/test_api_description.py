"""The API does what its description says: requests made up from it get documented answers, and never a 5xx."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import schemathesis
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agents.tests.factories import finished_run
from profiles.tokens.services import token_create

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 5


def test_every_operation_says_what_it_does_and_none_what_its_base_class_does(alice_client: Client) -> None:
    paths = alice_client.get("/api/v1/schema/").json()["paths"]
    told = {
        f"{verb} {path}": operation.get("description", "")
        for path, item in paths.items()
        for verb, operation in item.items()
    }
    assert [name for name, text in told.items() if not text or text.startswith("A view that")] == []


@pytest.mark.slow
def test_made_up_requests_get_documented_answers(
    site: str, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.API_REQUESTS_PER_MINUTE", 1_000_000)
    run = finished_run(alice, steps=30)
    own = {"model_id": run.model_id, "run_id": run.pk, "symbol": run.symbols[0]}
    bearer = {"Authorization": f"Bearer {token_create(alice, name='made up', scope='trade')[1]}"}
    schema = schemathesis.openapi.from_url(f"{site}/api/v1/schema/", headers=bearer)
    broken = []
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # an error raises
    with requests.Session() as session:
        session.headers.update(bearer)
        for operation in sorted(operations, key=ends_things):
            try:
                try_out(operation, own, session)
            except (FailureGroup, AssertionError) as problem:
                broken.append(f"{operation.label}: {problem}")
    assert not broken, "\n\n".join(broken)


def ends_things(operation: Any) -> bool:
    """What the others ask about should still be there when they do."""
    return bool(operation.method == "delete" or operation.path.endswith("/archive/"))


def try_out(operation: Any, own: dict[str, Any], session: requests.Session) -> None:
    """Ask one operation a few made-up questions, about things that exist."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Any) -> None:
        case.path_parameters = {name: own.get(name, value) for name, value in case.path_parameters.items()}
        case.call_and_validate(session=session, checks=CHECKS)

    ask()
