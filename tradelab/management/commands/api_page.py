from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradelab.api_page import api_page


class Command(BaseCommand):
    help = "Write docs/api.md from the API's description, or check that it is what that says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing, fail if the page is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "api.md"
        wanted = api_page()
        if not options["check"]:
            page.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"Wrote {page.relative_to(settings.BASE_DIR)}")
        elif not page.is_file() or page.read_text(encoding="utf-8") != wanted:
            raise CommandError("docs/api.md is out of date; run `manage.py api_page`.")
