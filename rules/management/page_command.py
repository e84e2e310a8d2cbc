"""Commands that write a page of docs/ from the code, or check that it says what the code says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class PageCommand(BaseCommand):
    file: ClassVar[str]
    page: ClassVar[Callable[[], str]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing, fail if the page is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / self.file
        wanted = type(self).page()
        if not options["check"]:
            page.parent.mkdir(exist_ok=True)
            page.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"Wrote {page.relative_to(settings.BASE_DIR)}")
        elif not page.is_file() or page.read_text(encoding="utf-8") != wanted:
            name = self.__module__.rpartition(".")[2]
            raise CommandError(f"docs/{self.file} is out of date; run `manage.py {name}`.")
