"""What a language model is shown: the words of each version, nothing from the future, and a beginning that stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agents.deciders.llm_params import LlmParams
from agents.prompts.briefing import system_text
from agents.prompts.diary import Happened, StepNote
from agents.prompts.indicators import specs_read
from agents.prompts.measure import common, prefix_shares
from agents.prompts.template import TemplateError, template_load, template_names
from agents.prompts.tests.scene import (
    BARS,
    OPEN,
    SNAPSHOT,
    START,
    Scene,
    columns_of,
    golden_file,
    played,
    prompts,
    setting,
)
from market.asof import AsOfReader
from market.columns import BarColumns
from trading.types import Action, Decision, OrderIntent

# Runs name their version in their snapshot, so a version that was used is never edited.
HASHES = {"trader_1": "1f149e149c3131ac12451b133e53af5d0e2a79591146e9124b0c23977f68128e"}
HOLD = Decision()


@pytest.mark.parametrize("template", template_names())
def test_the_prompts_of_a_version_are_what_they_were(template: str) -> None:
    assert template_load(template).hash == HASHES[template]
    for part, text in prompts(template).items():
        assert f"{text}\n" == golden_file(template, part).read_text(encoding="utf-8"), (
            f"{template}/{part} changed"
        )


def test_what_a_user_writes_is_not_taken_for_a_place_to_fill() -> None:
    assert "Fade moves away from {{vwap}}." in prompts("trader_1")["system"]


def test_a_template_and_what_fills_it_name_the_same_places() -> None:
    template = template_load("trader_1")
    with pytest.raises(TemplateError, match="odd: code, problem"):
        template.fill("repair")
    with pytest.raises(TemplateError, match="odd: colour"):
        template.fill("decision", now="", colour="red")
    with pytest.raises(KeyError):
        template_load("../../secrets")


def walk(count: int, seed: int = 3) -> list[tuple[float, float, float, float, int]]:
    """Bars in cents around $100, none like another."""
    closes = [100 + ((step * 7919 + seed * 104729) % 37 - 18) / 100 + step / 50 for step in range(count)]
    return [
        (before, max(before, close) + 0.02, min(before, close) - 0.03, close, 40_000 + step)
        for step, (before, close) in enumerate(zip([closes[0], *closes], closes, strict=False))
    ]


def decisions() -> Iterable[Decision]:
    """A day of holds with a trade now and then, and a denial."""
    for number in range(1, 391):
        if number % 40 == 5:
            yield Decision(
                (OrderIntent(Action.BUY, "SPY", 15),), reasoning="Breakout on volume; wrong below VWAP."
            )
        elif number % 40 == 25:
            yield Decision((OrderIntent(Action.CLOSE, "SPY"),), reasoning="Back at the mean.")
        elif number % 60 == 30:
            yield Decision((OrderIntent(Action.BUY, "SPY", 900),), reasoning="Add to the winner.")
        else:
            yield HOLD


class Spy(AsOfReader):
    """Notes the end of the newest bar that was handed out."""

    newest_seen = -1

    def window(self, symbol: str, n: int) -> BarColumns:
        bars = super().window(symbol, n)
        if len(bars.start):
            self.newest_seen = max(self.newest_seen, int(bars.start[-1]) + 60)
        assert self.newest_seen <= self.now_seconds
        return bars

    def value(self, symbol: str, *args: Any) -> float | None:
        raise AssertionError("prompts compute on windows alone")

    bar_at = last_close = value  # type: ignore[assignment]


def test_prompts_read_windows_that_end_at_the_clock_and_nothing_else() -> None:
    columns = {"SPY": columns_of(walk(60))}
    scene = Scene("trader_1", columns)
    scene.reader = spy = Spy(columns)
    for decision in list(decisions())[:60]:
        scene.take(decision)
        assert spy.newest_seen == spy.now_seconds == START + 60 * scene.account.step


POISON = (7777.77, 9999.99, 5555.55, 8888.88, 123_456_789)


def test_poisoned_bars_of_the_future_change_nothing_that_is_shown() -> None:
    clean, wishes = walk(50), list(decisions())
    sound = Scene("trader_1", {"SPY": columns_of(clean)}, bars_shown=10)
    shown = [sound.take(wish) for wish in wishes[:50]]
    for now in (1, 7, 20, 33):
        poisoned = Scene(
            "trader_1", {"SPY": columns_of([*clean[:now], *[POISON] * (50 - now)])}, bars_shown=10
        )
        assert [poisoned.take(wish) for wish in wishes[:now]] == shown[:now]
    assert not re.search(r"7777|9999|5555|8888|123456789", str(shown))


def test_consecutive_prompts_of_a_default_model_begin_with_nine_tenths_the_same_text() -> None:
    scene = Scene(
        "trader_1",
        {"SPY": columns_of(walk(390))},
        indicators=specs_read(LlmParams.model_fields["indicators"].default),
    )
    shares = prefix_shares([scene.take(decision) for decision in decisions()])
    assert shares.median >= 0.95
    moves = 390 // 40 - 1
    assert shares.at_least(0.9) >= 1 - (moves + 2) / 389, (
        "all but where the window moves, and a step with much news"
    )
    assert shares.least > 0.25, "what is stable stays even then"


def test_the_window_holds_at_least_the_bars_that_were_asked_for_and_moves_in_blocks() -> None:
    scene = Scene("trader_1", {"SPY": columns_of(walk(60))}, bars_shown=10)
    shown, firsts = [], []
    for decision in list(decisions())[:60]:
        lines = re.findall(r"^\d\d:\d\d .*", scene.take(decision)[1].content, re.MULTILINE)
        shown.append(len(lines))
        firsts.append(lines[0][:5])
    assert shown == [*range(1, 20), *[*range(10, 20)] * 4, 10]
    assert sorted(set(firsts)) == ["09:30", "09:40", "09:50", "10:00", "10:10", "10:20"]


def test_several_symbols_stand_under_each_other_and_may_miss_bars() -> None:
    ibm = columns_of(BARS).rows([0, 2, 3])  # type: ignore[arg-type]
    scene = Scene("trader_1", {"SPY": columns_of(BARS), "IBM": ibm})
    lines = scene.prompter._lines
    scene.reader.advance_to(START + 60 * 6)
    read = lines.read(scene.reader, 1, 6)
    assert [[line.split()[1] for line in step] for step in read] == [
        ["SPY", "IBM"],
        ["SPY"],
        ["SPY", "IBM"],
        ["SPY", "IBM"],
        ["SPY"],
        ["SPY"],
    ]
    assert lines.read(scene.reader, 5, 6) == read[4:]


def test_reading_step_by_step_spells_bars_as_reading_all_at_once_does() -> None:
    bars = walk(60)
    scene = Scene("trader_1", {"SPY": columns_of(bars)})
    lines, one_by_one = scene.prompter._lines, []
    for step in range(1, 61):
        scene.reader.advance_to(START + 60 * step)
        one_by_one += lines.read(scene.reader, step, step)
    assert lines.read(scene.reader, 1, 60) == one_by_one


def test_after_a_split_the_past_is_shown_in_new_shares_whoever_shows_it() -> None:
    bars = columns_of(BARS)
    halved = bars._replace(**{name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")})
    for column in (halved.open, halved.high, halved.low, halved.close):
        column[3:] /= 2
    starts = bars.start.tolist()
    splits = {"SPY": [(4, 2.0)]}
    texts = []
    for first_seen in (1, 6):
        scene = Scene("trader_1", {"SPY": halved})
        ends = [start + 60 for start in starts]
        reader = AsOfReader({"SPY": halved}, starts=starts, ends=ends, splits=splits)
        scene.prompter.notes = {step: StepNote(step, "held") for step in range(1, 6)}
        for step in range(first_seen, 7):
            reader.advance_to(START + 60 * step)
            scene.prompter.see(reader, step, Happened())
        scene.account.marks["SPY"] = Decimal(50)
        texts.append(scene.prompter.ask("decision", scene.account)[1].content)
    assert texts[0] == texts[1]
    assert "09:30 50.00 50.10 49.95 50.05 104000" in texts[0]


def test_a_daily_run_names_days_and_its_range() -> None:
    words = system_text(template_load("trader_1"), setting(session="", closes=OPEN.replace(month=6)))
    assert "The run goes from Tuesday 2026-03-10 to Wednesday 2026-06-10." in words
    assert "with columns: day open high" in words


def test_a_margin_model_is_told_of_its_leverage_and_its_shorts() -> None:
    model = SNAPSHOT["model"] | {"margin_account": True, "allow_shorting": True}
    snapshot = SNAPSHOT | {"model": model, "execution": SNAPSHOT["execution"] | {"leverage": "4"}}
    words = system_text(template_load("trader_1"), setting(snapshot=snapshot))
    assert "a margin account with 4 times its equity to trade with; shorts are allowed." in words


def test_a_margin_model_is_told_of_the_limits_that_its_account_sets() -> None:
    """$20,000 before 2026-06-04: twofold buying power whatever the style, and three day trades in five sessions."""
    model = SNAPSHOT["model"] | {"margin_account": True}
    execution = SNAPSHOT["execution"] | {"account_type": "margin", "leverage": "4"}
    told = setting(snapshot=SNAPSHOT | {"model": model, "execution": execution})
    words = system_text(template_load("trader_1"), replace(told, initial_cash=Decimal(20_000)))
    for line in (
        "- Buying power: 2 × equity (model)",
        "- Own money in a new position: 50 % of its value (gate)",
        "- Most day trades: 3 in 5 sessions (gate)",
    ):
        assert line in words
    assert "Most day trades" not in system_text(template_load("trader_1"), setting())


def test_a_convention_that_differs_from_the_usual_one_is_told() -> None:
    touching = SNAPSHOT | {"execution": SNAPSHOT["execution"] | {"limit_fill": "touch"}}
    sentence = "Here a price that only touches the limit fills a limit order, too."
    assert sentence in system_text(template_load("trader_1"), setting(snapshot=touching))
    assert sentence not in system_text(template_load("trader_1"), setting())


def test_without_rules_and_guidance_it_says_so() -> None:
    model = SNAPSHOT["model"] | {"custom_rules": " ", "custom_instructions": ""}
    words = system_text(template_load("trader_1"), replace(setting(), snapshot=SNAPSHOT | {"model": model}))
    assert words.count("\nNone.\n") == 2


def test_the_largest_order_shown_is_the_one_that_passes() -> None:
    scene = played("trader_1")
    shares = re.search(r"would pass: (\d+) shares", scene.take(HOLD)[1].content)
    assert shares is not None
    sizes = (int(shares[1]), int(shares[1]) + 1)
    verdicts = [scene.approve(OrderIntent(Action.BUY, "SPY", size), scene.account).verdicts for size in sizes]
    assert not verdicts[0]
    assert verdicts[1]


def test_common_beginnings_are_found_exactly() -> None:
    assert [common("abc", "abd"), common("", "x"), common("same", "same"), common("ab", "abab")] == [
        2,
        0,
        4,
        2,
    ]
