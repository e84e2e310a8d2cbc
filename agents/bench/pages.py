"""How long the server works on pages and lists of an account with very many runs, and what that may take."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.rls import acting_as
from runs.models import Run

TIMES = 20
MOST_MILLISECONDS = 200
MOST_KILOBYTES = 300
LISTS = (
    "/models/",
    "/models/{model}/",
    "/portfolio/",
    "/runs/",
    "/runs/?page=150",
    "/runs/?sort=-return",
    "/runs/?sort=drawdown",
    "/runs/?f=return:min:2&f=state:is:completed",
    "/runs/?f=tag:is:baseline&f=drawdown:max:1&match=any",
    "/compare/?choose=1&runs={run}",
    "/api/v1/runs/?page_size=50",
    "/api/v1/runs/?page=150&page_size=50",
    "/api/v1/runs/{run}/decisions/",
)
TABS = (
    "decisions",
    "decisions&outcome=ordered",
    "decisions&q=average",
    "decisions&step=200",
    "orders",
    "round-trips",
    "verdicts",
    "statistics",
    "what-if",
    "calls",
    "equity",
    "luck",
    "snapshot",
    "events",
)


@dataclass(frozen=True, slots=True)
class PagePace:
    """Milliseconds of server time at the 95th percentile, kilobytes and queries of one address."""

    address: str
    milliseconds: float
    kilobytes: float
    queries: int

    @property
    def is_within(self) -> bool:
        return self.milliseconds < MOST_MILLISECONDS and self.kilobytes < MOST_KILOBYTES


def page_paces(user: User, times: int = TIMES) -> list[PagePace]:
    """Every list and page that has to bear them, asked for so many times each. Raises AssertionError for a page that fails."""
    with acting_as(user.pk):
        own = Run.objects.owned_by(user)
        copy = own.filter(title__startswith="copy ").order_by("-number")[0]
        # Only the run that was copied has orders, fills and a curve beside its log.
        whole = own.filter(model=copy.model, cursor__gt=0).order_by("number")[0]
    browser = Client(headers={"host": settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"})
    browser.force_login(user)
    addresses = [address.format(model=copy.model_id, run=whole.pk) for address in LISTS]
    for run in (copy, whole):
        page = f"/models/{run.model_id}/r/{run.number}/"
        addresses += [page, *(f"{page}?tab={tab}" for tab in TABS)]
    addresses += [f"{page}state/", f"{page}report/"]
    return [pace_of(browser, address, times) for address in addresses]


def pace_of(browser: Client, address: str, times: int) -> PagePace:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        response = browser.get(address)
        taken.append(time.perf_counter() - began)
        assert response.status_code == 200, f"{address} answered {response.status_code}"
    with CaptureQueriesContext(connection) as seen:
        browser.get(address)
    worst = sorted(taken)[max(0, int(times * 0.95) - 1)]
    return PagePace(address, round(worst * 1000, 1), round(len(response.content) / 1024, 1), len(seen))
