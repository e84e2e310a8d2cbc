from __future__ import annotations

from django.contrib.auth.models import User

from profiles.services import model_clone
from profiles.tests.factories import trading_model_make
from rules.models import Rule


def test_a_clone_is_bound_by_the_same_rules(alice: User) -> None:
    model = trading_model_make(alice)
    for name, is_active in (("No lunch", True), ("Three a day", False)):
        Rule.objects.create(
            user=alice,
            model=model,
            name=name,
            category="timing",
            kind="blackout",
            params={"from": "12:00"},
            priority=8,
            is_active=is_active,
            version=4,
        )
    copy = model_clone(alice, model.pk)
    copied = Rule.objects.filter(model=copy).values_list(
        "user", "name", "params", "priority", "is_active", "version"
    )
    assert sorted(copied) == [
        (alice.pk, "No lunch", {"from": "12:00"}, 8, True, 1),
        (alice.pk, "Three a day", {"from": "12:00"}, 8, False, 1),
    ]
    assert Rule.objects.filter(model=model, version=4).count() == 2, "the source keeps its own"
