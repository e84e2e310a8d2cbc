"""What every feed of market data can do, whoever is behind it.

A feed brings facts and stores nothing. History comes in pages of columns, for the checks of the importer; what has
just closed comes as single bars. An answer is whole or it is an error: nothing that was cut short is handed on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.utils import timezone

from core.errors import UserError
from market.columns import Timeframe

LEAST_BLANKED = 4  # characters; what is shorter is no key, and stands in ordinary words


class FeedError(UserError):
    """A feed has not brought what it was asked for."""

    code = "feed"


class FeedDown(FeedError):
    """Not to be reached, or broken for now: asking again later may help."""

    status = 503
    code = "feed_down"


class FeedLimited(FeedError):
    """Too many questions: it wants to be left alone for `retry_after` seconds."""

    status = 429
    code = "feed_limited"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FeedRefused(FeedError):
    """A question that this feed won't answer, such as one with a bad key: asking again is no use."""

    code = "feed_refused"


@dataclass(frozen=True, slots=True)
class FeedAbout:
    """What a feed says of itself, for people; the numbers bind the code too.

    `delay_seconds`: how long after its close a bar can be had. `settle_seconds`: how long after a session its bars
    still change, so that history leaves them alone until then. `key_parts` names what a key consists of; none: no key.
    """

    history: str
    licence: str
    delay_seconds: int
    requests_per_minute: int | None
    timeframes: tuple[Timeframe, ...]
    key_parts: tuple[str, ...] = ()
    settle_seconds: int = 1800
    minute_days_a_part: int = 31
    symbols_a_part: int = 1
    oldest_minute_days: int | None = None  # minute bars reach back so far, where that is less than daily ones
    has_quotes: bool = False
    has_actions: bool = False

    @property
    def needs_key(self) -> bool:
        return bool(self.key_parts)


@dataclass(frozen=True, slots=True)
class FeedBar:
    """A closed bar as a feed tells it, stamped with its start in UTC."""

    symbol: str
    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """Bars of whole exchange days, both ends included; of quotes instead of trades where `is_quotes`."""

    symbols: tuple[str, ...]
    timeframe: Timeframe
    first: date
    last: date
    is_quotes: bool = False


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """A row that could not be read: what is wrong as the importer calls it, and in words."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Bars of one symbol in the order in which they came, and what could not be read.

    `bars` are BarColumns, or QuoteColumns where quotes were asked for.
    """

    symbol: str
    bars: Any
    problems: tuple[FeedProblem, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.bars.start) + len(self.problems)


@dataclass(frozen=True, slots=True)
class FeedNote:
    """How a feed answered: of a success `newest` is the start of the newest bar that has just closed, if it was asked
    for; of a failure `error` says what went wrong."""

    feed: str
    newest: datetime | None = None
    error: str = ""


def nobody(note: FeedNote) -> None:
    """Who hears of answers of a feed that nobody watches."""


@dataclass(frozen=True, slots=True)
class FeedSetup:
    """How a feed is reached. Only settings and staff say where; a user brings a key at most."""

    key: tuple[str, ...] = field(default=(), repr=False)
    base_url: str = ""
    requests_per_minute: int | None = None
    rate_name: str = ""  # who shares the rate: everybody with the same key
    folder: Path | None = None
    patience_seconds: float = 30.0  # a question waits so long for its turn
    now: Callable[[], datetime] = timezone.now
    note: Callable[[FeedNote], None] = nobody


OnPage = Callable[[int], None]
# A corporate action as a line of the importer's file of events: symbol, type, ex_date, amount_per_share, split_ratio.
ActionLine = dict[str, str]


def nothing(rows: int) -> None:
    """What is done on a page by somebody who doesn't look."""


def blank_key(error: FeedError, key: Sequence[str]) -> None:
    """Take the key out of a message: vendors repeat it, and the site's is not for everybody who asks with it."""
    for part in key:
        if len(part) >= LEAST_BLANKED:
            error.message = error.message.replace(part, "…")
    error.args = (error.message,)


class Feed(ABC):
    """One vendor. Made anew for each use; whoever makes it closes it."""

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[FeedAbout]
    default_url: ClassVar[str] = ""
    do_not_call_in_templates: ClassVar[bool] = True  # where the class is shown

    def __init__(self, setup: FeedSetup) -> None:
        self.setup = setup
        self.base_url = (setup.base_url or self.default_url).rstrip("/")

    def fetch(self, request: FeedRequest, *, on_page: OnPage = nothing) -> Iterator[FeedPage]:
        """Yield the bars of a request, symbol by symbol, oldest first. `on_page` hears of the rows of every page.

        Raises FeedError; then what has been yielded is no whole answer.
        """
        with self.noted():
            yield from self.history(request, on_page)
        self.setup.note(FeedNote(self.name))

    def latest(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        """The closed minute bars that the vendor has now and that start at `since` or later, by time.

        Asked again with the same `since`, it may bring an earlier bar anew, corrected. A symbol without a bar brings
        none. Raises FeedError.
        """
        with self.noted():
            bars = self.closed_since(symbols, since)
        bars = sorted(bars, key=lambda bar: (bar.start, bar.symbol))
        self.setup.note(FeedNote(self.name, newest=bars[-1].start if bars else None))
        return bars

    def actions(self, request: FeedRequest) -> list[ActionLine]:
        """The splits and cash dividends of these symbols and days; none from a feed that has none. Raises FeedError."""
        with self.noted():
            return self.actions_of(request)

    def actions_of(self, request: FeedRequest) -> list[ActionLine]:
        """What `actions` promises."""
        return []

    @abstractmethod
    def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
        """What `fetch` promises."""

    @abstractmethod
    def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        """What `latest` promises, in any order."""

    @abstractmethod
    def close(self) -> None:
        """Let connections go."""

    def newest_closed(self) -> datetime:
        """A minute bar that starts later than this has not closed yet."""
        return self.setup.now() - timedelta(seconds=Timeframe.MINUTE.bar_seconds)

    @contextmanager
    def noted(self) -> Iterator[None]:
        try:
            yield
        except FeedError as error:
            blank_key(error, self.setup.key)
            if isinstance(error, FeedDown | FeedLimited):  # what it refuses to one is no news about the feed
                self.setup.note(FeedNote(self.name, error=error.message))
            raise
