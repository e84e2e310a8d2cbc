"""docs/gates.md, made from the gates themselves."""

from __future__ import annotations

from collections.abc import Mapping

from rules.gates import GATES, Gate
from rules.halts import STOPPED
from rules.limits import GATE_THRESHOLDS, NUMBER_KINDS, Source
from rules.rule_checks import UNENFORCEABLE

INTRODUCTION = """\
# Gates

<!-- Made by `manage.py gates_doc` from rules/gates/. Change the gates, not this page. -->

Every order of every run is judged by all gates before it exists. Nobody can switch one off, and equality passes.
Percentages are of equity at the last closed bar before the order; sizes are those that the order would lead to (held,
working and this order). An order that violates a limit is denied with every limit that it violates: code, limit,
attempted value, and where the limit comes from. A gate that lacks what it needs denies an opening order and says so.

Closing orders are judged only by the gates marked "every order": nobody is trapped in a position. A sell that goes
beyond the shares held is split into a closing and an opening order, each judged on its own.
"""


def gates_page() -> str:
    """The whole page as Markdown."""
    return "\n".join([INTRODUCTION, _limits_table(), *(_gate(gate) for gate in GATES), _rules()])


def _limits_table() -> str:
    lines = [
        "## Limits",
        "",
        "All apply; the strictest wins. A profile or Model that leaves its field empty sets no limit.",
        "",
        "| limit | unit | set by |",
        "|---|---|---|",
    ]
    for kind in NUMBER_KINDS:
        sources = ", ".join(
            f"gate: {GATE_THRESHOLDS[field]}" if source is Source.GATE else f"{source}: `{field}`"
            for source, field in kind.settings
        )
        lines.append(f"| {kind.label} | {kind.unit} | {sources} |")
    return "\n".join([*lines, ""])


def _gate(gate: Gate) -> str:
    judged = "every order" if gate.judges_closing else "opening orders"
    title = f"## {gate.name[0].upper()}{gate.name[1:]}"
    return "\n".join([title, "", f"{gate.sentence} *Judges {judged}.*", "", *_codes(gate.codes), ""])


def _rules() -> str:
    codes = {
        UNENFORCEABLE: "The rule cannot be enforced as it stands, so it denies what it looks at.",
        STOPPED: "A rule or the profile has stopped trading until the session ends.",
    }
    text = (
        "A Model's own rules judge opening orders after the gates, in the order of their priority. What they may be, and "
        "the codes of each, is told in [rules.md](rules.md)."
    )
    return "\n".join(["## Rules", "", text, "", *_codes(codes), ""])


def _codes(codes: Mapping[str, str]) -> list[str]:
    return ["| code | meaning |", "|---|---|", *(f"| `{code}` | {text} |" for code, text in codes.items())]
