"""docs/rules.md, made from the kinds of rules themselves."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from rules.kinds import KINDS
from rules.kinds.base import Kind
from rules.models import Category, Verb
from rules.needs import WORDS
from rules.param_fields import (
    LISTS,
    bounds,
    choices_of,
    description_of,
    example,
    first_values,
    unit_of,
    value_type,
)
from rules.rule_checks import UNENFORCEABLE

INTRODUCTION = f"""\
# Rules

<!-- Made by `manage.py rules_doc` from rules/kinds/. Change the kinds, not this page. -->

A rule is a kind with parameters, a way of enforcing it, and a scope: symbols that it looks at, or does not. All of a
Model's active rules apply beside the [gates](gates.md), none of which a rule can widen; the strictest wins. A run keeps
the rules that it began with. How a kind is written is told in [rule-kinds.md](rule-kinds.md).

- Equality passes. Percentages are of equity at the last closed bar, those of losses of the equity that the loss counts
  from; sizes are those that the order would lead to: held, working and this order.
- **Closing orders are put to no rule.** What is held can be closed at any time, whatever the rules say.
- Times are exchange time on the simulated clock: of the bar in which an order could first trade. Windows include their
  start and not their end, and may cross midnight.
- A rule that lacks what it needs (quotes, a sector, enough bars) denies what it looks at with `{UNENFORCEABLE}`, and says
  why.
- An exclusion narrows what a rule looks at. It forbids nothing; `deny_list` does.
- What is counted, such as positions, trades or exposure, is counted among the symbols that a rule looks at. Cash, losses
  and drawdown are those of the whole account.

| way | what is done |
|---|---|
| `reject_trade` | The order is denied. |
| `resize` | The order is sent in the largest size that passes everything; asked and given size are recorded. |
| `skip_minute` | Nothing is opened in the next bar, and working entries are cancelled. |
| `stop_trading` | Nothing is opened until the session ends. Where a bar was the cause, working entries are cancelled. |
| `force_liquidate` | What is held is closed by market orders tagged `rule: <name>`, nothing opened, working entries cancelled. |
"""


def rules_page() -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION]
    for category in Category:
        parts.append(f"## {category.label}\n")
        parts += [_kind(kind) for kind in KINDS.values() if kind.category == category.value]
    return "\n".join(parts)


def _kind(kind: Kind[Any]) -> str:
    sentence = kind.says(kind.params.model_validate(first_values(kind.params)))
    ways = ", ".join(f"`{Verb(verb).value}`" for verb in kind.verbs)
    needs = "".join(f" Needs {WORDS[need]}." for need in sorted(kind.needs))
    codes = [f"- `{code}`: {text}" for code, text in kind.codes.items()]
    lines = [
        f"### `{kind.name}`: {kind.title}",
        "",
        f"> {sentence}",
        "",
        *_params(kind),
        f"Enforced by {ways}.{needs}",
    ]
    return "\n".join([*lines, "", *codes, ""])


def _params(kind: Kind[Any]) -> list[str]:
    fields = kind.params.model_fields
    if not fields:
        return []
    rows = [
        f"| `{name}` | {unit_of(name, about)} | {_values(about)} | {_default(about)} | {description_of(about)} |"
        for name, about in fields.items()
    ]
    return ["| parameter | unit | values | unless set | meaning |", "|---|---|---|---|---|", *rows, ""]


def _values(about: FieldInfo) -> str:
    """What a parameter may be: its choices or bounds, else an example."""
    kind = value_type(about.annotation)
    is_list = get_origin(kind) in LISTS
    choices = ", ".join(
        f"`{value}`" for value, _ in choices_of(value_type(get_args(kind)[0]) if is_list else kind)
    )
    such = f"such as {example((about.examples or ('',))[0])}"
    if is_list:
        return f"list of {choices}" if choices else f"list, {such}"
    return choices or bounds(about) or such


def _default(about: FieldInfo) -> str:
    if about.is_required():
        return "*wanted*"
    return "none" if about.default is None else example(getattr(about.default, "value", about.default))
