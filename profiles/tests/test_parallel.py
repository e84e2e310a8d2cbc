from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from profiles.models import TradingModel
from profiles.services import model_create


@pytest.mark.django_db(transaction=True)
def test_models_made_at_the_same_moment_get_slugs_of_their_own(alice: User) -> None:
    def make(number: int) -> str:
        try:
            return model_create(alice, name="Gap").slug
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        slugs = list(pool.map(make, range(8)))
    assert sorted(slugs) == sorted(["gap", *(f"gap-{count}" for count in range(2, 9))])
    assert TradingModel.objects.count() == 8
