"""Asking for things that ask: a worker is called once the transaction commits."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from agents.llm.tasks import endpoint_probe
from profiles.llm.models import LLMEndpoint
from profiles.llm.services import endpoint_test_begin


@transaction.atomic
def endpoint_test(user: User, endpoint_id: int) -> LLMEndpoint:
    """Have an endpoint tested by a worker. Raises Conflict while it is being tested."""
    endpoint = endpoint_test_begin(user, endpoint_id)
    transaction.on_commit(partial(endpoint_probe.delay, user.pk, endpoint.pk), robust=True)
    return endpoint
