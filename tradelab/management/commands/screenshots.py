"""Take the pictures of the documentation: the main pages of the demo, each as far as it fits a screen."""

from __future__ import annotations

import os
import shutil
import socket
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from agents.demo import DEMO_USER, demo_create, demo_request
from agents.foreground import session_run
from agents.luck.compute import luck_make
from broker.selectors import orders_of
from core.rls import acting_as
from market.selectors import session_days
from profiles.selectors import models_list
from runs.models import Run, RunState
from runs.selectors import runs_of_user
from tradelab import stack
from tradelab.management.commands.run import wait_for_page
from tradelab.services.processes import stop

SIZE = (1280, 900)
PHONE = (360, 740)
DAYS = 5  # that a Model has traded, for the line of its last runs


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder = settings.BASE_DIR / "docs" / "screenshots"
        parser.add_argument(
            "--folder", type=Path, default=folder, help="where to put them (default %(default)s)"
        )

    def handle(self, *, folder: Path, **options: Any) -> None:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            raise CommandError("No browser: install chromium, or name one in CHROMIUM.")
        stack.migrate()
        user = demo_create()
        runs = [newest_run(user, decider) for decider in ("sma_cross", "mean_reversion")]
        for run in runs:
            luck_make(user.pk, run.pk)
        pages = pages_of(runs)
        port = free_port()
        web = stack.start_web("127.0.0.1", port)
        try:
            wait_for_page(f"http://127.0.0.1:{port}/healthz", web)
            folder.mkdir(parents=True, exist_ok=True)
            take(chromium, f"http://127.0.0.1:{port}", pages, folder)
        finally:
            stop([web], seconds=stack.STOP_SECONDS)
        self.stdout.write(
            f"Wrote {', '.join(sorted(file.name for file in folder.glob('*.png')))} to {folder}."
        )


def newest_run(user: User, decider: str) -> Run:
    """The demo user's newest completed run of a decider; if there is none, the last of a few days that are run now."""
    with acting_as(user.pk):
        run = runs_of_user(user).filter(state=RunState.COMPLETED, decider=decider).first()
        model = models_list(user).get(decider=decider)
    if run is not None:
        return run
    request = replace(
        demo_request(user), model_id=model.pk, decider=decider, decider_params=model.decider_params
    )
    days = session_days(request.symbols[0])[:DAYS]
    for day in reversed(days):
        run = session_run(user, replace(request, date_from=day, date_to=day), lambda run: None)
    if run is None:
        raise CommandError("The sample market has no day to run.")
    return run


def pages_of(runs: list[Run]) -> dict[str, str]:
    """The addresses that are pictured, by the picture's name."""
    run, other = runs
    page = f"/models/{run.model_id}/r/{run.number}/"
    return {
        "models": "/models/",
        "model": f"/models/{run.model_id}/",
        "rules": f"/models/{run.model_id}/rules/new/",
        "run": page,
        "decision": f"{page}?tab=decisions&step={traded_step(run)}#decision",
        "what-if": f"{page}?tab=what-if#run-tab",
        "luck": f"{page}?tab=luck#run-tab",
        "statistics": f"{page}?tab=statistics#run-tab",
        "report": f"{page}report/",
        "runs": "/runs/",
        "compare": f"/compare/?runs={run.pk},{other.pk}",
        "portfolio": "/portfolio/",
        "chat": "/chat/",
    }


def traded_step(run: Run) -> int:
    """A step at which something was ordered, so that its decision has much to show."""
    with acting_as(run.user_id):
        return orders_of(run).values_list("decided_step", flat=True).last() or 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take(chromium: str, site: str, pages: dict[str, str], folder: Path) -> None:
    """Log in as the demo user and picture each page, as far as it fits a screen; a run in the dark and on a phone too."""
    from playwright.sync_api import sync_playwright  # a development requirement

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
        page.goto(f"{site}/login/")
        page.fill("[name=username]", DEMO_USER)
        page.fill("[name=password]", DEMO_USER)
        page.click("button[type=submit]")
        page.wait_for_url(f"{site}/**")
        for name, path in pages.items():
            page.goto(site + path, wait_until="networkidle")
            page.screenshot(path=folder / f"{name}.png")
        page.emulate_media(color_scheme="dark")
        page.goto(site + pages["run"], wait_until="networkidle")
        page.screenshot(path=folder / "run-dark.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.reload(wait_until="networkidle")
        page.screenshot(path=folder / "run-phone.png")
        browser.close()
