"""How much of a prompt is the same as the one before: what providers can cache, and what is paid in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from agents.prompts.prompt import Messages

# About how tokenizers cut: words with the space before them, up to three digits, runs of signs.
TOKEN = re.compile(r" ?[A-Za-z]+|\d{1,3}| ?[^\sA-Za-z\d]+|\s+")


@dataclass(frozen=True, slots=True)
class Shares:
    """Of each prompt after the first, the share of its tokens that it begins with exactly as the one before."""

    values: tuple[float, ...]
    tokens: int  # of a prompt, on average

    def at_least(self, share: float) -> float:
        """How many of the prompts begin with so much of the one before, as a fraction."""
        return fmean(value >= share for value in self.values)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def mean(self) -> float:
        return fmean(self.values)

    @property
    def least(self) -> float:
        return min(self.values)


def prefix_shares(prompts: Sequence[Messages]) -> Shares:
    """Compare consecutive prompts of a run; there are at least two."""
    texts = ["\n".join(message.content for message in messages) for messages in prompts]
    counts = [tokens(text) for text in texts]
    shares = [
        tokens(text[: common(before, text)]) / count
        for (before, text), count in zip(pairwise(texts), counts[1:], strict=True)
    ]
    return Shares(tuple(shares), round(fmean(counts)))


def tokens(text: str) -> int:
    """Roughly; providers count differently and say what they counted."""
    return len(TOKEN.findall(text))


def common(one: str, other: str) -> int:
    """Length of the text that both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
