from __future__ import annotations

from django.contrib.admin import site
from django.contrib.auth.models import User
from django.test import RequestFactory

from profiles.models import TradingModel
from rules.models import Rule


def test_a_rule_changed_in_the_admin_is_a_new_version_of_its_model_s_owner(
    alice: User, charlie: User, rf: RequestFactory
) -> None:
    model = TradingModel.objects.create(user=alice, name="Scalper", slug="scalper")
    request = rf.post("/admin/rules/rule/add/")
    request.user = charlie
    admin = site.get_model_admin(Rule)
    form_class = admin.get_form(request)
    fields = {
        "model": model.pk,
        "name": "No lunch",
        "category": "timing",
        "kind": "blackout",
        "params": "{}",
        "verb": "reject_trade",
        "applies_to_assets": "equity",
        "priority": 5,
        "created_by": "user",
    }
    form = form_class(fields)
    assert form.is_valid(), form.errors
    admin.save_model(request, form.save(commit=False), form, False)
    rule = Rule.objects.get()
    assert (rule.user, rule.version) == (alice, 1)

    form = form_class({**fields, "priority": 9}, instance=rule)
    assert form.is_valid(), form.errors
    admin.save_model(request, form.save(commit=False), form, True)
    rule.refresh_from_db()
    assert (rule.user, rule.version, rule.priority) == (alice, 2, 9)
