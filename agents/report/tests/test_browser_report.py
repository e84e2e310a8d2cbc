"""The report on paper and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from agents.report.services import run_share
from agents.tests.factories import finished_run
from core.rls import acting_as
from core.testing_browser import PHONE, WIDE, accessibility_problems, log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_the_report_prints_on_one_page(browser_page: Page, alice: User) -> None:
    run = finished_run(alice, steps=390)
    log_in(browser_page, alice)
    browser_page.goto(f"/models/{run.model_id}/r/{run.number}/report/")
    paper = browser_page.pdf(format="A4", print_background=True)
    assert paper.count(b"/Type /Page\n") == 1, "pages"


def test_a_stranger_reads_a_shared_report_without_logging_in(browser_page: Page, alice: User) -> None:
    run = finished_run(alice, steps=390)
    with acting_as(alice.pk):
        token = run_share(alice, run.pk, shows_strategy=True).token
    for size in (WIDE, PHONE):
        browser_page.set_viewport_size(size)
        browser_page.goto(f"/shared/{token}/")
        browser_page.get_by_role("img", name="Equity against buy and hold").wait_for()
        assert accessibility_problems(browser_page) == []
