"""What a comparison says of runs: on which terms they stand, what was set up otherwise, which figure is better."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.errors import Forbidden, UserError
from core.rls import acting_as
from market.models import Instrument
from profiles.tests.factories import trading_model_make
from runs.compare.better import LESS, MORE, NEITHER, best_of
from runs.compare.differences import differences_of
from runs.compare.figures import figures_of
from runs.compare.selection import Comparison, comparison_of, ids_in
from runs.models import Run
from runs.tests.factories import progressed, run_make, statistics_make
from trading.statistics import DEFINITIONS


def run_with(user: User, *, execution: dict[str, Any] | None = None, steps: int = 10, **fields: Any) -> Run:
    """A run that has ended, with other execution settings if told so."""
    run = run_make(user, **fields)
    run.snapshot["execution"] |= execution or {}
    return progressed(run, steps)


def compared(user: User, *runs: Run) -> Comparison:
    with acting_as(user.pk):
        return comparison_of(user, [run.pk for run in runs])


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        (["3,5"], [3, 5]),
        (["3", "5"], [3, 5]),
        (["5, 3,", "5", ""], [5, 3]),
        ([], []),
    ],
)
def test_ids_are_read_from_either_spelling_once_each(values: list[str], ids: list[int]) -> None:
    assert ids_in(values) == ids


@pytest.mark.parametrize("values", [["x"], ["1.5"], ["-1"], ["99999999999"], ["1;2"], ["١"]])
def test_what_is_no_id_is_refused_in_words(values: list[str]) -> None:
    with pytest.raises(UserError, match="ids of runs with commas between them"):
        ids_in(values)


def test_runs_keep_the_order_in_which_they_were_chosen(alice: User) -> None:
    first, second = run_with(alice), run_with(alice)
    comparison = compared(alice, second, first)
    assert [(member.key, member.name) for member in comparison.members] == [(1, "Run 2"), (2, "Run 1")]


def test_runs_of_several_models_are_named_with_them(alice: User) -> None:
    other = trading_model_make(alice, name="Other")
    names = [
        member.name
        for member in compared(
            alice, run_with(alice, model=other), run_with(alice, model=trading_model_make(alice, name="One"))
        ).members
    ]
    assert names == ["Other, run 1", "One, run 1"]


def test_too_few_too_many_and_foreign_runs_are_refused(alice: User, charlie: User) -> None:
    runs = [run_with(alice) for _ in range(7)]
    for wrong in (runs[:1], runs):
        with pytest.raises(UserError, match="2 to 6 runs can be compared"):
            compared(alice, *wrong)
    with pytest.raises(Forbidden):
        compared(charlie, *runs[:2])
    with pytest.raises(Forbidden):
        compared(charlie, runs[0], run_with(charlie))


def test_equal_terms_need_no_warning(alice: User) -> None:
    assert compared(alice, run_with(alice), run_with(alice)).unequal == []


def test_every_inequality_is_told_with_who_had_what(alice: User) -> None:
    plain = run_with(alice)
    rich = run_with(
        alice,
        execution={"fees": "bps", "fee_bps": "5", "slippage": "none", "decision_delay_seconds": 60},
        initial_cash=Decimal(50_000),
        symbols=["OTHER"],
    )
    told = compared(alice, plain, rich).unequal
    model = plain.model.name
    assert told == [
        f"They started with other money: $10,000 ({model}, run 1), $50,000 ({model}, run 2).",
        f"They paid other fees: none ({model}, run 1), 5 bp ({model}, run 2).",
        f"They had other slippage: 1 bp against you ({model}, run 1), none ({model}, run 2).",
        f"Their decisions took another time to become orders: none ({model}, run 1), 60 s ({model}, run 2).",
        f"They traded other markets or days: TEST on Tue 10 Mar 2026, regular ({model}, run 1), "
        f"OTHER on Tue 10 Mar 2026, regular ({model}, run 2).",
    ]


def test_changed_bars_and_other_lengths_are_told(alice: User) -> None:
    one, other = run_with(alice), run_with(alice, steps=5)
    Run.objects.filter(pk=other.pk).update(data_hash="e" * 64)
    told = compared(alice, one, other).unequal
    assert told[0].startswith("The stored bars of these days changed between them")
    assert told[1].startswith("They did not go equally far: 10 steps")


def test_only_what_differs_is_listed(alice: User) -> None:
    one, other = run_with(alice), run_with(alice, execution={"slippage_bps": "7"})
    assert differences_of([one, one]) == []
    (found,) = differences_of([one, other])
    assert found == ("Execution", "slippage bps", ["1", "7"])


def test_rules_are_compared_as_sentences_by_their_name(alice: User) -> None:
    one, other = run_with(alice), run_with(alice)
    rule = {
        "name": "Cap",
        "kind": "max_position_percent",
        "category": "position_sizing",
        "params": {"percent": "20"},
        "verb": "reject_trade",
        "priority": 5,
        "version": 3,
        "applies_to_assets": ["equity"],
        "applies_to_symbols": ["TEST"],
        "exclude_symbols": [],
    }
    other.snapshot["rules"] = [rule]
    (found,) = differences_of([one, other])
    sentence = "Never put more than 20 % of equity into one position. Only TEST. (version 3, priority 5)"
    assert found == ("Rules", "Cap", ["—", sentence])


def test_nested_parameters_are_told_by_their_path(alice: User) -> None:
    one, other = run_with(alice), run_with(alice)
    one.snapshot["decider"] = {"name": "sma_cross", "params": {"fast": 5, "slow": 30}}
    other.snapshot["decider"] = {"name": "sma_cross", "params": {"fast": 10, "slow": 30}}
    assert differences_of([one, other]) == [("Decider", "Fast", ["5", "10"])]


def test_every_statistic_has_a_better_way_or_none() -> None:
    assert set(DEFINITIONS) == MORE | LESS | NEITHER
    assert len(MORE) + len(LESS) + len(NEITHER) == len(DEFINITIONS)


@pytest.mark.parametrize(
    ("name", "values", "best"),
    [
        ("total_return", [0.1, 0.2, 0.2], {1, 2}),
        ("max_drawdown", [0.1, 0.02, None], {1}),
        ("worst_trip", [-50, -20], {1}),
        ("cvar_95_historical", [-0.02, -0.01], {1}),
        ("trip_count", [3, 9], set()),  # neither way is better
        ("sharpe", [1.0, None], set()),  # known of one only
        ("sharpe", [1.0, 1.0], set()),
    ],
)
def test_the_better_one_is_found(name: str, values: list[float | None], best: set[int]) -> None:
    assert best_of(name, values) == best


def test_dollars_of_other_capital_are_not_ranked(alice: User) -> None:
    one, other = run_with(alice), run_with(alice, initial_cash=Decimal(50_000))
    for run, profit in ((one, 100.0), (other, 200.0)):
        statistics_make(run, values={"profit": profit, "total_return": profit / float(run.initial_cash)})
    with acting_as(alice.pk):
        figures = figures_of(compared(alice, one, other))
    by_name = {
        row.name: row for row in [*figures.first, *(row for part in figures.others for row in part.rows)]
    }
    assert [cell.is_best for cell in by_name["profit"].cells] == [False, False]
    assert [cell.is_best for cell in by_name["total_return"].cells] == [True, False]


def page_of(client: Client, query: str, status: int = 200) -> str:
    response = client.get(f"/compare/{query}")
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_the_page_shows_runs_figures_and_differences(alice: User, alice_client: Client) -> None:
    one, other = run_with(alice), run_with(alice, execution={"slippage_bps": "7"})
    statistics_make(one, values={"total_return": 0.02, "sharpe": None})
    statistics_make(other, values={"total_return": 0.01, "sharpe": None})
    page = page_of(alice_client, f"?runs={one.pk},{other.pk}")
    for words in (
        "Compare 2 runs",
        "do not stand on equal terms",
        "They had other slippage",
        'tag-best">better</span>',
        "slippage bps",
        f"/models/{one.model_id}/r/1/",
    ):
        assert words in page


def test_fewer_than_two_lead_to_the_choice(alice: User, alice_client: Client) -> None:
    run = run_with(alice)
    for query in ("", f"?runs={run.pk}", f"?runs={run.pk}&choose=1"):
        assert "Choose two to 6 runs" in page_of(alice_client, query)
    assert f'value="{run.pk}" aria-label="{run.model.name}, run 1" checked' in page_of(
        alice_client, f"?runs={run.pk}"
    )


def test_without_runs_the_choice_says_what_to_do(alice_client: Client) -> None:
    assert "Nothing to compare yet" in page_of(alice_client, "")


def test_nonsense_is_refused_and_a_stranger_sees_nothing(
    alice: User, alice_client: Client, charlie_client: Client
) -> None:
    query = f"?runs={run_with(alice).pk},{run_with(alice).pk}"
    assert "ids of runs with commas" in page_of(alice_client, "?runs=1,x", status=400)
    page_of(charlie_client, query, status=403)
    page_of(alice_client, "?runs=1000001,1000002", status=403)


def test_the_page_costs_the_same_few_queries_for_six_runs(alice: User, alice_client: Client) -> None:
    def queries(count: int) -> int:
        query = "?runs=" + ",".join(str(run_with(alice).pk) for _ in range(count))
        page_of(alice_client, query)
        with CaptureQueriesContext(connection) as captured:
            page_of(alice_client, query)
        return len(captured)

    assert queries(6) == queries(2) <= 13


def test_lists_of_runs_and_a_runs_page_lead_to_the_comparison(alice: User, alice_client: Client) -> None:
    Instrument.objects.create(symbol="TEST", name="Test")
    one, other = run_with(alice), run_with(alice)
    waiting = run_make(alice)
    for page in ("/runs/", f"/models/{one.model_id}/"):
        text = alice_client.get(page).content.decode()
        assert 'id="compare-runs" method="get" action="/compare/"' in text
        for run in (one, other):
            assert f'name="runs" value="{run.pk}" form="compare-runs"' in text
        assert f'value="{waiting.pk}" form=' not in text
    assert (
        f"/compare/?choose=1&amp;runs={one.pk}"
        in alice_client.get(f"/models/{one.model_id}/r/1/").content.decode()
    )
