"""Proposing a rule: typed, checked as the page would, tried on the Model's own newest run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agents.system_agent.proposals.base import Draft, Maker
from agents.tools.about import model_asked, newest_run, run_title
from agents.tools.base import Asking, ModelArguments
from agents.tools.candidates import candidates
from agents.tools.payload import Payload
from agents.tools.rule_kinds import KINDS_IN_SHORT
from agents.tools.trips import trips_load
from agents.tools.what_if import OtherRule, payload_of
from agents.whatif import Terms, whatif
from agents.whatif.specs import specs_read
from core.errors import UserError
from core.templatetags.numbers import money
from profiles.models import TradingModel
from rules.kinds import KINDS
from rules.rule_checks import sentence_of
from rules.selectors import rules_of, spec_of
from rules.snapshot import RuleSpec
from runs.models import Run
from runs.selectors import access_run

UNTRIED = "It could not be tried on recorded decisions: "


class ProposeRule(OtherRule, ModelArguments):
    """A rule for the Model of the conversation, or the one named."""


def propose_rule(asking: Asking, wanted: ProposeRule) -> Draft:
    model = model_asked(asking, wanted)
    if model is None:
        raise UserError("Say which Model the rule is for: there is none in this conversation.")
    given = {name: value for name, value in wanted.to_json().items() if name != "model_id"}
    spec = specs_read([given])[0]
    refuse_known(model, spec)
    run = run_of(asking, model)
    evidence, what_if = tried(run, spec) if run else ((UNTRIED + "this Model has no run yet.",), None)
    return Draft(
        model_id=model.pk,
        title=f"A rule for {model.name}: {sentence_of(spec)}",
        payload=values_of(spec, given),
        diff=tuple(f"+ {line}" for line in lines_of(spec, given)),
        evidence=evidence,
        what_if=what_if,
    )


def lines_of(spec: RuleSpec, given: dict[str, Any]) -> Iterator[str]:
    """All that would be saved, beginning with what it does: nothing of it may hide behind the sentence."""
    yield sentence_of(spec)
    if spec.applies_to_symbols:
        yield f"only for {', '.join(spec.applies_to_symbols)}"
    if spec.exclude_symbols:
        yield f"not for {', '.join(spec.exclude_symbols)}"
    if spec.verb != KINDS[spec.kind].verbs[0]:
        yield f"by {spec.verb}"
    if given.get("name"):
        yield f"called “{given['name']}”"


def values_of(spec: RuleSpec, given: dict[str, Any]) -> dict[str, Any]:
    """What `rule_create` takes. Without a name of its own it is called as its kind is."""
    fields = ("kind", "params", "verb", "applies_to_symbols", "exclude_symbols", "priority")
    values: dict[str, Any] = spec.model_dump(mode="json", include=set(fields))
    return {**values, "name": given.get("name") or ""}


def refuse_known(model: TradingModel, spec: RuleSpec) -> None:
    for rule in rules_of(model):
        known = spec_of(rule)
        if (known.kind, known.params, known.applies_to_symbols) == (
            spec.kind,
            spec.params,
            spec.applies_to_symbols,
        ):
            state = "has" if rule.is_active else "has, switched off,"
            raise UserError(f"{model.name} {state} this rule already: “{rule.name}”.")


def run_of(asking: Asking, model: TradingModel) -> Run | None:
    """The conversation's run where it is this Model's, else its newest; None before its first step."""
    if asking.run_id is not None:
        run = access_run(asking.user, asking.run_id)
        if run.model_id == model.pk and run.cursor:
            return run
    try:
        return newest_run(asking, model.pk)
    except UserError:
        return None


def tried(run: Run, spec: RuleSpec) -> tuple[tuple[str, ...], Payload | None]:
    """What this Model's own trades and recorded decisions say of the rule."""
    said = [
        f"In {run_title(run)}: {candidate.evidence}"
        for candidate in candidates(trips_load(run))
        if candidate.kind == spec.kind and same_params(candidate.params, spec.params)
    ]
    try:
        found = whatif(run, Terms(added=(spec,)))
    except UserError as error:
        return (*said, UNTRIED + error.message), None
    words = (
        f"Same decisions with it in {run_title(run)}: final equity {money(found.after.final_equity)} instead of "
        f"{money(found.before.final_equity)}; orders denied {len(found.denied_now)}, resized {len(found.resized_now)}."
    )
    return (*said, words, *([found.caution] if found.caution else [])), payload_of(found)


def same_params(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def kept(params: dict[str, Any]) -> dict[str, str]:
        return {name: str(value) for name, value in params.items() if value is not None}

    return kept(one) == kept(other)


MAKER = Maker(
    "propose_rule",
    "rule",
    "Propose a structured rule to the user, as a card with its evidence and a what-if; nothing is saved until they accept. "
    f"Kinds with their parameters: {KINDS_IN_SHORT}.",
    ProposeRule,
    propose_rule,
)
