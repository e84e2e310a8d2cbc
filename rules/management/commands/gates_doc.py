from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rules.gates_doc import gates_page


class Command(BaseCommand):
    help = "Write docs/gates.md from the gates, or check that it is what they say."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing, fail if the page is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "gates.md"
        wanted = gates_page()
        if not options["check"]:
            page.parent.mkdir(exist_ok=True)
            page.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"Wrote {page.relative_to(settings.BASE_DIR)}")
        elif not page.is_file() or page.read_text(encoding="utf-8") != wanted:
            raise CommandError("docs/gates.md is out of date; run `manage.py gates_doc`.")
