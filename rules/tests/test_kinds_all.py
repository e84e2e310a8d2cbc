"""What holds for every kind: how it is written, what it refuses, what its page says."""

from __future__ import annotations

import ast
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rules.gates import GATES
from rules.kinds import KINDS
from rules.kinds.base import CATEGORIES, Kind
from rules.models import Category, Verb
from rules.param_fields import first_values
from rules.param_problems import params_read
from rules.tests.whole_run import play, rule
from rules.tests.world import buy
from trading.types import OrderType

FOLDER = Path(__file__).resolve().parents[1] / "kinds"
FILES = sorted(file for file in FOLDER.glob("*.py") if file.stem not in ("__init__", "base"))
NUMBERS = (int, Decimal)
SENSELESS: tuple[Any, ...] = (
    -1e12,
    1e300,
    "1e400",
    float("nan"),
    float("inf"),
    "NaN",
    "much",
    "",
    True,
    {},
    [None],
)


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind[Any]:
    return KINDS[request.param]


def test_every_file_is_a_kind_and_every_kind_a_short_file() -> None:
    assert {file.stem for file in FILES} == set(KINDS)
    assert all(KINDS[name].name == name for name in KINDS)
    assert {file.stem: lines for file in FILES if (lines := len(file.read_text().splitlines())) > 80} == {}


def test_all_eight_categories_have_kinds() -> None:
    assert {kind.category for kind in KINDS.values()} == CATEGORIES == set(Category.values)


def test_codes_belong_to_one_kind_and_to_no_gate() -> None:
    codes = [code for kind in KINDS.values() for code in kind.codes]
    taken = {code for gate in GATES for code in gate.codes} | {"RULE_UNENFORCEABLE", "TRADING_STOPPED"}
    assert len(codes) == len(set(codes))
    assert not taken & set(codes)


def test_every_code_that_a_file_can_answer_is_explained() -> None:
    for file in FILES:
        said = set(re.findall(r'"([A-Z][A-Z_]{4,})"', file.read_text()))
        assert said == set(KINDS[file.stem].codes), file.stem


def test_no_kind_knows_another_time_than_the_simulated() -> None:
    clocks = {"now", "today", "utcnow", "monotonic", "localtime", "perf_counter"}
    for file in (*FILES, *(FOLDER / "shared").glob("*.py")):
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        called = {node.func.attr for node in calls if isinstance(node.func, ast.Attribute)}
        assert not called & clocks, file.stem


def test_verbs_are_those_that_a_rule_can_have(kind: Kind[Any]) -> None:
    assert len(set(kind.verbs)) == len(kind.verbs)
    assert set(kind.verbs) <= set(Verb.values)


def test_the_sentence_of_the_examples_is_one_that_can_be_read(kind: Kind[Any]) -> None:
    params = kind.params.model_validate(first_values(kind.params))
    for verb in kind.verbs:
        sentence = kind.sentence(params, verb)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) < 300
        assert not re.search(r"None|True|False|\{|\}|  |Decimal|\.\.|<", sentence), sentence


def test_every_parameter_is_described_bounded_and_shown_by_example(kind: Kind[Any]) -> None:
    for name, about in kind.params.model_fields.items():
        assert about.description, name
        assert about.examples or not about.is_required(), name
        if set(types_of(about.annotation)) & {*NUMBERS}:
            bounds = {type(mark).__name__ for mark in about.metadata}
            assert bounds & {"Gt", "Ge"}, name
            assert bounds & {"Lt", "Le"}, name
        assert float not in types_of(about.annotation), name


def types_of(annotation: Any) -> list[Any]:
    return [annotation, *(inner for part in getattr(annotation, "__args__", ()) for inner in types_of(part))]


def test_parameters_survive_being_stored(kind: Kind[Any]) -> None:
    params = kind.params.model_validate(first_values(kind.params))
    stored = json.loads(json.dumps(params.model_dump(mode="json")))
    assert kind.params.model_validate(stored) == params
    assert json.dumps(kind.params.model_json_schema())


class TestRefusals:
    """Null, negative, unknown and contradictory parameters are refused with the field and the reason."""

    def problems(self, kind: Kind[Any], **changes: Any) -> dict[str, str]:
        params, problems = params_read(kind.params, {**first_values(kind.params), **changes})
        assert (params is None) == bool(problems)
        assert all(re.fullmatch(r"[A-Z].+\.", text) for text in problems.values()), problems
        return problems

    def test_unknown(self, kind: Kind[Any]) -> None:
        assert "surprise" in self.problems(kind, surprise=1)["surprise"]

    def test_missing(self, kind: Kind[Any]) -> None:
        required = {name for name, about in kind.params.model_fields.items() if about.is_required()}
        _, problems = params_read(kind.params, {})
        assert set(problems) == required or (not required and set(problems) <= {"params"})

    def test_nothing_at_all(self, kind: Kind[Any]) -> None:
        nothings: tuple[Any, ...] = (None, [], 5, "percent")
        for nothing in nothings:
            assert set(params_read(kind.params, nothing)[1]) == {"params"}

    def test_senseless_numbers(self, kind: Kind[Any]) -> None:
        for name, about in kind.params.model_fields.items():
            if not set(types_of(about.annotation)) & {*NUMBERS}:
                continue
            least = next((mark.ge for mark in about.metadata if hasattr(mark, "ge")), 0)
            for value in (*SENSELESS, *([-1] if least >= 0 else [])):
                assert name in self.problems(kind, **{name: value}), value

    def test_null_where_something_is_wanted(self, kind: Kind[Any]) -> None:
        for name, about in kind.params.model_fields.items():
            if about.is_required():
                assert name in self.problems(kind, **{name: None})

    @pytest.mark.parametrize(
        ("name", "params"),
        [
            ("max_daily_loss", {"percent": 3, "dollars": 500}),
            ("max_weekly_loss", {}),
            ("halt_on_loss", {"percent": None, "dollars": None}),
            ("blackout", {"start": "09:30", "end": "09:30"}),
            ("trading_hours", {"start": "10:00", "end": "10:00"}),
            ("max_hold", {"minutes": 5, "days": 1}),
            ("min_hold", {}),
            ("max_spread", {"dollars": 1, "bps": 1}),
            ("price_range", {"min_dollars": 10, "max_dollars": 5}),
            ("price_range", {}),
            ("price_condition", {"price": "above", "line": "vwap", "line_bars": 5}),
            ("price_condition", {"price": "above", "line": "sma"}),
            ("indicator_condition", {"at_least": 70, "at_most": 30}),
            ("indicator_condition", {"at_least": -5}),
            ("indicator_condition", {}),
        ],
    )
    def test_contradictory(self, name: str, params: dict[str, Any]) -> None:
        found, problems = params_read(KINDS[name].params, params)
        assert found is None
        assert set(problems) == {"params"}
        assert re.fullmatch(r"[A-Z].+\.", problems["params"])

    @pytest.mark.parametrize(
        ("name", "field", "values"),
        [
            ("flat_by", "flat_by", ["25:00", "9:75", "noon", 5, "15:55:30", "15:55+02:00"]),
            ("only_on_dates", "dates", [[], ["2024-13-01"], [5], ["tomorrow"], "2024-01-01"]),
            ("only_on_weekdays", "weekdays", [[], ["sunday"], ["someday"], "monday"]),
            ("allow_list", "symbols", [[], [""], ["  "], [5], "AAA"]),
            ("avoided_sectors", "sectors", [[], [" "], ["x" * 61]]),
            ("order_types", "allowed", [[], ["iceberg"]]),
            ("max_position_percent", "percent", [0, 100.01, "20 %"]),
            ("max_positions", "positions", [0, 1.5, "2.5"]),
        ],
    )
    def test_times_lists_and_bounds(self, name: str, field: str, values: list[Any]) -> None:
        for value in values:
            assert field in self.problems(KINDS[name], **{field: value}), value


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("blackout", {"start": "09:30", "end": "16:00"}),
        ("blackout", {"start": "16:30", "end": "16:00"}),
        ("trading_hours", {"start": "20:00", "end": "04:00"}),
        ("trading_hours", {"start": "01:00", "end": "03:00"}),
        ("no_opening_after", {"after": "09:30"}),
        ("flat_by", {"flat_by": "03:00"}),
        ("only_on_dates", {"dates": ["2024-03-09"]}),
        ("order_types", {"allowed": ["bracket"]}),
        ("kill_switch", {}),
    ],
)
def test_what_could_never_pass_is_pointed_out(name: str, params: dict[str, Any]) -> None:
    kind = KINDS[name]
    assert kind.problem_of(kind.params.model_validate(params))


def test_the_examples_could_pass(kind: Kind[Any]) -> None:
    if kind.name != "kill_switch":
        assert kind.problem_of(kind.params.model_validate(first_values(kind.params))) is None


def test_a_rule_with_bad_parameters_denies_a_whole_run_and_says_so(kind: Kind[Any]) -> None:
    bad = {**rule(kind.name), "params": {"surprise": 1}}
    run = play({"AAA": [100] * 3}, {1: [buy(1)]}, rules=[bad])
    assert run.denied == {"09:31": ["RULE_UNENFORCEABLE"]}
    assert "surprise" in run.verdicts["09:31"][0].message


def test_order_types_are_those_of_trading() -> None:
    from rules.kinds.order_types import Form

    assert {form.value for form in Form} == {*OrderType, "bracket"}


def test_parameters_cannot_be_changed(kind: Kind[Any]) -> None:
    params = kind.params.model_validate(first_values(kind.params))
    for name in kind.params.model_fields:
        with pytest.raises(ValidationError):
            setattr(params, name, None)
