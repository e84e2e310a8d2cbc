"""The tools by name, in the order in which they are offered. A new tool is a file and a line here."""

from __future__ import annotations

from typing import Any

from agents.tools import (
    analyze_trades,
    calculate_metrics,
    compare_runs,
    explain_drawdown,
    explain_feature,
    find_patterns,
    get_bars,
    get_decision,
    get_model_config,
    get_reasoning,
    rule_report,
    suggest_rules,
    what_if,
)
from agents.tools.base import Tool

MODULES = (
    analyze_trades,
    calculate_metrics,
    explain_drawdown,
    find_patterns,
    what_if,
    suggest_rules,
    rule_report,
    compare_runs,
    get_reasoning,
    get_decision,
    get_model_config,
    get_bars,
    explain_feature,
)
TOOLS: dict[str, Tool[Any]] = {module.TOOL.name: module.TOOL for module in MODULES}
