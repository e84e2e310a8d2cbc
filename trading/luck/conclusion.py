"""One verdict from both tests: a claim is made only where neither chance nor being in the market explains the result.

Beating buy-and-hold by staying out of a falling market takes no skill, and a random trader of the same turnover does it
too; beating random traders over a handful of trades says little about the money. Together they keep false claims rare,
whatever the market did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trading.luck.bootstrap import CAUTION
from trading.luck.chance import Counts, RandomComparison, beside_random
from trading.luck.judgement import Judgement
from trading.luck.level import LEVEL
from trading.luck.words import count_of, wait

# The sizes of a trader's orders follow the price, so that its own moments are not quite as good as any others.
STRICT = CAUTION * LEVEL
Verdict = Literal["more", "worse", "luck"]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`headline` is a few words for the top of a page, `sentence` says why."""

    verdict: Verdict
    headline: str
    sentence: str


def conclude(judgement: Judgement, traders: Counts | None) -> Conclusion:
    """Put the interval and the random traders together; `traders` is None for a run that did not trade."""
    runs_tried = judgement.runs_tried
    if traders is None:
        return Conclusion(
            "luck", "no trade, so nothing to judge", "It did not trade, so there is nothing to judge."
        )
    ahead = beside_random(traders.traders, traders.beaten, runs_tried=runs_tried, level=STRICT)
    behind = beside_random(traders.traders, traders.beaten_by, runs_tried=runs_tried, level=STRICT)
    if judgement.finding == "better" and ahead.is_distinguishable:
        return Conclusion("more", "more than luck", f"{judgement.sentence} {ahead.sentence}")
    if judgement.finding == "worse" and behind.is_distinguishable:
        lost = f"{traders.beaten_by:,} of {count_of(traders.traders, 'random trader')} of the same turnover did better."
        return Conclusion("worse", "worse than buy-and-hold, beyond luck", f"{judgement.sentence} {lost}")
    return Conclusion("luck", headline_of(judgement), sentence_of(judgement, ahead, behind))


def headline_of(judgement: Judgement) -> str:
    waiting = "" if judgement.more_days is None else f"; {wait(judgement.more_days)}"
    return f"not distinguishable from luck{waiting}"


def sentence_of(judgement: Judgement, ahead: RandomComparison, behind: RandomComparison) -> str:
    """Why nothing is claimed."""
    if judgement.finding == "better":
        return f"Not distinguishable from luck: it did better than buy-and-hold, but so do random traders. {ahead.sentence}"
    if judgement.finding == "worse":
        return f"Not distinguishable from luck: it did worse than buy-and-hold, but so do random traders. {behind_words(behind)}"
    return f"{judgement.sentence} {ahead.sentence}"


def behind_words(behind: RandomComparison) -> str:
    did = behind.traders - behind.beaten
    return (
        f"{did:,} of {count_of(behind.traders, 'random trader')} of the same turnover did as badly or worse."
    )
