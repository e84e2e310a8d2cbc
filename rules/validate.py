"""What a rule may be. Each check says what was found and what is wanted; a page, the admin and the API say the same."""

from __future__ import annotations

import json
from typing import Any

from core.errors import UserError
from market.models import Instrument
from market.selectors import instrument_get
from profiles.validate import Problems, one_of, whole_between
from rules.kinds import KINDS
from rules.models import Asset, Rule
from rules.needs import missing_data
from rules.param_problems import WHOLE, params_read

MOST_NAME, MOST_DESCRIPTION, MOST_SYMBOLS, MOST_PARAMS, MOST_RULES = 100, 1000, 200, 10_000, 100


def validate_rule(rule: Rule) -> None:
    """Bring the rule in memory into the form in which it is kept. Raises UserError with everything that is wrong.

    What is wrong with a parameter is told as "params.<name>", what is wrong with all of them together as "params".
    """
    problems = Problems()
    words(problems, rule)
    problems.require(
        whole_between(rule.priority, 1, 10), "priority", f"Priority should be 1 to 10, was {rule.priority!r}."
    )
    if rule.kind in KINDS:
        enforcement(problems, rule)
    else:
        one_of(problems, "kind", "Kind", rule.kind, sorted(KINDS))
    scope(problems, rule)
    problems.raise_any()


def words(problems: Problems, rule: Rule) -> None:
    for field, least, most in (("name", 1, MOST_NAME), ("description", 0, MOST_DESCRIPTION)):
        text = getattr(rule, field)
        length = len(text) if isinstance(text, str) else 0
        problems.require(
            isinstance(text, str) and least <= length <= most and "\0" not in text,
            field,
            f"{field.capitalize()} should have {least} to {most:,} characters, has {length}.",
        )
    taken = Rule.objects.filter(model=rule.model, name=rule.name, deleted_at__isnull=True).exclude(pk=rule.pk)
    if "name" not in problems.fields and taken.exists():
        problems.add("name", f"This Model has a rule called “{rule.name}” already.")


def enforcement(problems: Problems, rule: Rule) -> None:
    """The parameters as their kind reads them, the verb, and whether what the kind needs is there at all."""
    kind = KINDS[rule.kind]
    rule.category = kind.category
    rule.verb = rule.verb or kind.verbs[0]
    one_of(problems, "verb", f"What a rule of the kind “{kind.title}” does", rule.verb, list(kind.verbs))
    if too_large(rule.params):
        problems.add(WHOLE, f"Parameters should be at most {MOST_PARAMS:,} characters of JSON.")
        return
    params, wrong = params_read(kind.params, rule.params)
    for name, message in wrong.items():
        problems.add(name if name == WHOLE else f"{WHOLE}.{name}", message)
    if params is None:
        return
    rule.params = params.model_dump(mode="json")
    # A list with a slip of the pen in it would never matter, and nobody would know.
    symbols(problems, f"{WHOLE}.symbols", list(getattr(params, "symbols", ())))
    sectors(problems, f"{WHOLE}.sectors", list(getattr(params, "sectors", ())))
    if "verb" not in problems.fields and (missing := missing_data(rule)):
        problems.add("kind", missing)


def too_large(params: Any) -> bool:
    try:
        return len(json.dumps(params, default=str)) > MOST_PARAMS
    except (TypeError, ValueError, RecursionError):
        return True


def scope(problems: Problems, rule: Rule) -> None:
    """Which instruments the rule looks at; at least one has to be left."""
    assets = rule.applies_to_assets
    problems.require(bool(assets), "applies_to_assets", "Name at least one asset.")
    for asset in assets:
        one_of(problems, "applies_to_assets", "An asset", asset, Asset.values)
    only, without = rule.applies_to_symbols or [], rule.exclude_symbols
    symbols(problems, "applies_to_symbols", only)
    symbols(problems, "exclude_symbols", without)
    if both := [symbol for symbol in only if symbol in without]:
        problems.add(
            "exclude_symbols", f"The rule can't look at {', '.join(both)} and leave it out. Name it once."
        )


def symbols(problems: Problems, field: str, wanted: list[str]) -> None:
    problems.require(
        len(wanted) <= MOST_SYMBOLS, field, f"Name at most {MOST_SYMBOLS} symbols, found {len(wanted)}."
    )
    known = set(Instrument.objects.filter(symbol__in=wanted).values_list("symbol", flat=True))
    for symbol in [symbol for symbol in wanted if symbol not in known][:1]:
        try:
            instrument_get(symbol)
        except UserError as error:
            problems.add(field, error.message)


def sectors(problems: Problems, field: str, wanted: list[str]) -> None:
    if not wanted:
        return
    known = sorted(set(Instrument.objects.exclude(sector="").values_list("sector", flat=True)))
    spelled = {name.casefold() for name in known}
    unknown = [sector for sector in wanted if sector.strip().casefold() not in spelled]
    if known and unknown:
        problems.add(
            field, f"There is no instrument of the sector “{unknown[0]}”. There are: {', '.join(known[:20])}."
        )


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with blanks trimmed, symbols in capitals, nothing listed twice, no symbols as none."""
    result = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    for name in ("applies_to_symbols", "exclude_symbols"):
        if name in result:
            found = [symbol.strip().upper() for symbol in result[name] or () if symbol.strip()]
            result[name] = list(dict.fromkeys(found))
    if "applies_to_symbols" in result:
        result["applies_to_symbols"] = result["applies_to_symbols"] or None
    if "applies_to_assets" in result:
        result["applies_to_assets"] = list(dict.fromkeys(result["applies_to_assets"] or ()))
    return result
