"""The parts of a message as they are stored and read back."""

from __future__ import annotations

import json

import pytest

from agents.system_agent.events import (
    Failure,
    Grounding,
    Part,
    Proposal,
    Span,
    TextEnd,
    ToolCall,
    ToolResult,
    part_from_json,
    part_to_json,
)

PARTS: list[Part] = [
    TextEnd("Run 3 lost $412.50 of $10,000.", Grounding((Span(11, 18, ("call_1",)), Span(22, 29)))),
    ToolCall("call_1", "analyze_trades", {"run_id": 3, "group_by": "symbol"}),
    ToolResult("call_1", "analyze_trades", {"title": "Trades of run 3"}, rows=4, duration_ms=12),
    ToolResult("call_2", "no_such_tool", {}, error="There is no tool no_such_tool."),
    Proposal(
        "p1", "rule", 7, "At most 20 %", {"kind": "x"}, ("+ at most 20 %",), ("Lost $3",), {"title": "t"}
    ),
    Failure("timeout", "The provider does not answer in time."),
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_part_comes_back_as_it_was_stored(part: Part) -> None:
    stored = json.loads(json.dumps(part_to_json(part)))
    assert part_from_json(stored) == part


def test_share_counts_verified_numbers() -> None:
    grounding = Grounding((Span(0, 1, ("a",)), Span(2, 3, ("a", "b")), Span(4, 5), Span(6, 7, ("b",))))
    assert grounding.verified_share == 3 / 4
    assert grounding.unverified == (Span(4, 5),)


def test_text_without_numbers_has_no_share() -> None:
    assert Grounding().verified_share is None
