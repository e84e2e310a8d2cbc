"""Fetch bars from a feed into the table. What has been fetched before is left out; repeated, it goes on where it ended."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress, TaskID

from core.errors import UserError
from core.rls import acting_as
from market.columns import Timeframe
from market.downloads import services
from market.downloads.advance import download_advance
from market.downloads.forms import QUOTES, length_of
from market.downloads.models import Download, DownloadState
from market.downloads.selectors import access_download
from market.downloads.state import COUNTED
from market.feeds import FEEDS
from market.management.commands.import_bars import progress_bar

SLICE_SECONDS = 1.0
LOOK_SECONDS = 1.0  # while it waits for the vendor, or another worker has it


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed", choices=FEEDS, help="where from")
        parser.add_argument("symbols", nargs="+", metavar="SYMBOL")
        parser.add_argument("--timeframe", choices=[*Timeframe, QUOTES], default="minute")
        parser.add_argument(
            "--first", type=date.fromisoformat, required=True, help="first day, such as 2026-01-02"
        )
        parser.add_argument("--last", type=date.fromisoformat, help="last day (default: the newest)")
        parser.add_argument(
            "--again", action="store_true", help="also days that were fetched before: finds corrections"
        )
        parser.add_argument(
            "--user", default="", help="whose download and key it is (default: the first staff user)"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:
        try:
            user = owner_of(options["user"])
            with acting_as(user.pk):
                download = services.download_start(
                    user,
                    is_here=True,
                    is_again=options["again"],
                    last=options["last"] or datetime.now(UTC).date(),
                    **length_of(options["timeframe"]),
                    **{name: options[name] for name in ("feed", "symbols", "first")},
                )
        except UserError as error:
            raise CommandError(error.message) from error
        self.report(self.follow(user, download), as_json=options["json"])

    def follow(self, user: User, download: Download) -> Download:
        """Go on with it until it ends; a key press of Ctrl-C stops it."""
        with progress_bar() as bar:
            task = bar.add_task(str(download), total=None, rows=0)
            try:
                while download.is_active:
                    waits = download_advance(user.pk, download.pk, seconds=SLICE_SECONDS).is_idle
                    with acting_as(user.pk):
                        download = access_download(user, download.pk)
                    show(bar, task, download)
                    if waits and download.is_active:
                        time.sleep(LOOK_SECONDS)
            except KeyboardInterrupt:
                with acting_as(user.pk):
                    download = services.download_stop(user, download.pk)
        return download

    def report(self, download: Download, *, as_json: bool) -> None:
        counts = {name: getattr(download, name) for name in COUNTED}
        if as_json:
            found = {
                "download": download.pk,
                "state": download.state,
                **counts,
                "refusals": download.refusals,
            }
            self.stdout.write(json.dumps(found, indent=2))
        else:
            told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
            self.stdout.write(f"{download}: {told}.")
        if download.state != DownloadState.COMPLETED:
            raise CommandError(
                f"{download.get_state_display()}. {download.error} The same command goes on where it ended.".replace(
                    "  ", " "
                )
            )


def owner_of(name: str) -> User:
    """The user of a name, else the first of the staff. Raises UserError."""
    users = User.objects.filter(username=name) if name else User.objects.filter(is_staff=True).order_by("pk")
    user = users.filter(is_active=True).first()
    if user is None:
        raise UserError(
            f"There is no user {name!r}." if name else "There is no staff user yet: name one with --user."
        )
    return user


def show(bar: Progress, task: TaskID, download: Download) -> None:
    words = f"{download} · {download.error}" if download.error else str(download)
    bar.update(
        task,
        description=words,
        total=download.parts_total,
        completed=download.parts_done,
        rows=download.rows_read + download.rows_on_the_way,
    )
