"""Types of arguments of commands."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable

from core.requests import whole_in


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least`, which is 0 or more, to `most`."""

    def read(text: str) -> int:
        number = whole_in(text, most)
        if number is None or number < least:
            raise ArgumentTypeError(f"should be a whole number from {least} to {most}, was {text[:40]}")
        return number

    return read


port = whole(0, 65_535)
