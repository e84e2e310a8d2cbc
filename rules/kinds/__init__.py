"""The kinds of structured rules, one file each, registered here by name.

A rule's kind turns its parameters into a check once, when a run's door is made; the check then judges every opening
order that the rule looks at. Closing orders are never asked about: no rule traps a user in a position.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rules.gates.base import Check
from rules.snapshot import RuleSpec


class BadRule(Exception):
    """The rule cannot be enforced as it stands; the message says what was found and what is wanted."""


class RuleKind(Protocol):
    name: str
    codes: Mapping[str, str]  # each verdict code and what it means
    verbs: frozenset[str]  # how it may be enforced

    def sentence(self, rule: RuleSpec) -> str:
        """The rule in plain English."""

    def check_of(self, rule: RuleSpec) -> Check:
        """Read the parameters and return a pure check, like a gate's. Raises BadRule."""


KINDS: dict[str, RuleKind] = {}
