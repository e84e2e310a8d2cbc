"""What this room shows on the page of a Model."""

from __future__ import annotations

from typing import Any

from core import panels
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel
from rules.drafts import findings_now
from rules.rows import rule_row
from rules.selectors import rules_of


def register() -> None:
    panels.register(Panel("model", "rules", "Rules", 25, "rules/_model_rules.html", model_rules))


def model_rules(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    rules = list(rules_of(model))
    findings = findings_now(model) if rules else {}
    return {
        "rows": [rule_row(rule) for rule in rules if rule.is_active],
        "total": len(rules),
        "odd": sum(map(len, findings.values())),
    }
