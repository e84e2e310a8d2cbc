"""How long the server works on pages and lists of an account with very many runs."""

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


@dataclass(frozen=True, slots=True)
class PagePace:
    """Milliseconds of server time at the 95th percentile, kilobytes and queries of one address."""

    address: str
    milliseconds: float
    kilobytes: float
    queries: int


def page_paces(user: User, times: int = TIMES) -> list[PagePace]:
    """Every list and page that has to bear them, asked for so many times each. Raises AssertionError for a page that fails."""
    with acting_as(user.pk):
        run = Run.objects.owned_by(user).filter(title__startswith="copy ").order_by("-number")[0]
    page = f"/models/{run.model_id}/r/{run.number}/"
    browser = Client(headers={"host": settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"})
    browser.force_login(user)
    addresses = [
        "/models/",
        f"/models/{run.model_id}/",
        "/runs/",
        "/runs/?page=150",
        "/runs/?sort=-return",
        "/runs/?f=return:min:2&f=state:is:completed",
        "/runs/?f=tag:is:baseline&f=drawdown:max:1&match=any",
        page,
        f"{page}?tab=decisions&outcome=ordered",
        f"{page}?tab=decisions&q=average",
        f"{page}?tab=statistics",
        "/api/v1/runs/?page_size=50",
        f"/api/v1/runs/{run.pk}/decisions/",
    ]
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
