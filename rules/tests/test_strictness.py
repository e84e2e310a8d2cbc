"""Which of two rules is the stricter, and which two nothing could ever satisfy."""

from __future__ import annotations

import pytest

from rules.kinds import KINDS
from rules.strictness import let_nothing

RANGE = KINDS["price_range"].params


@pytest.mark.parametrize(
    ("one", "other", "nothing"),
    [
        ({"min_dollars": 5}, {"min_dollars": 10}, False),
        ({"max_dollars": 5}, {"max_dollars": 10}, False),
        ({"min_dollars": 5, "max_dollars": 8}, {"min_dollars": 8}, False),
        ({"min_dollars": 5, "max_dollars": 8}, {"min_dollars": 9}, True),
    ],
)
def test_ranges_that_are_open_at_one_end_meet_there(
    one: dict[str, int], other: dict[str, int], nothing: bool
) -> None:
    first, second = RANGE(**one), RANGE(**other)
    assert let_nothing("price_range", first, "price_range", second) is nothing
    assert let_nothing("price_range", second, "price_range", first) is nothing
