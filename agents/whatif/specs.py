"""Rules as people write them in a file or a request, read as strictly as a rule that is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import UserError
from rules.kinds import KINDS
from rules.param_problems import params_read
from rules.snapshot import RuleSpec

KNOWN = ("name", "kind", "params", "verb", "priority", "applies_to_symbols", "exclude_symbols")
MOST_RULES = 100


def specs_read(data: Any) -> tuple[RuleSpec, ...]:
    """Read a list of rules, one rule, or an object that holds them under "rules"; each has a kind and its params.

    What is left out is as it is for a new rule: the kind's title as name, its usual verb, every symbol. Raises UserError.
    """
    if isinstance(data, Mapping):
        data = data.get("rules", [data])
    if not isinstance(data, list) or not data or not all(isinstance(item, Mapping) for item in data):
        raise wrong(
            "with", f"A list of rules is wanted, each an object with kind and params, found {shown(data)}."
        )
    if len(data) > MOST_RULES:
        raise wrong("with", f"At most {MOST_RULES} rules are wanted, found {len(data)}.")
    return tuple(spec_read(item) for item in data)


def spec_read(values: Mapping[str, Any]) -> RuleSpec:
    """Read one rule. Raises UserError naming the field."""
    unknown = sorted(set(values) - set(RuleSpec.model_fields) - {"id"})
    if unknown:
        raise wrong(unknown[0], f"A rule has no {unknown[0]}; it has {', '.join(KNOWN)}.")
    kind = KINDS.get(str(values.get("kind")))
    if kind is None:
        known = ", ".join(sorted(KINDS))
        raise wrong("kind", f"Kind should be one of {known}, was {shown(values.get('kind'))}.")
    params, problems = params_read(kind.params, values.get("params", {}))
    if params is None:
        said = " ".join(f"{name}: {text}" for name, text in problems.items())
        raise UserError(f"{kind.title} can't use these parameters. {said}", fields=problems)
    verb = values.get("verb") or kind.verbs[0]
    if verb not in kind.verbs:
        raise wrong("verb", f"{kind.title} can {', '.join(kind.verbs)}, not {shown(verb)}.")
    given = {"name": kind.title, "priority": 5, "version": 0, "applies_to_assets": ["equity"]}
    given |= {"applies_to_symbols": None, "exclude_symbols": []}
    fixed = {"category": kind.category, "verb": str(verb), "params": params.model_dump(mode="json")}
    try:
        return RuleSpec.model_validate({**given, **values, **fixed})
    except ValueError as error:
        raise wrong("with", f"{kind.title}: {error}") from None


def wrong(name: str, message: str) -> UserError:
    return UserError(message, fields={name: message})


def shown(value: Any) -> str:
    return f"{value!r:.60}"
