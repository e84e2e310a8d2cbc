"""Make the synthetic market, or bring it up to the last complete trading day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.arguments import whole
from market.sample import SEED, sample_symbols
from market.services import sample_market_create

MOST_DAYS = 250


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed",
            type=whole(0, 2**32 - 1),
            default=SEED,
            help=f"another market than the usual one ({SEED})",
        )
        parser.add_argument(
            "--days", type=whole(1, MOST_DAYS), default=6, help="trading days of minute bars (default 6)"
        )

    def handle(self, **options: Any) -> None:
        recorded = sample_market_create(seed=options["seed"], minute_days=options["days"])
        self.stdout.write(
            f"Sample market, all of it made up: {', '.join(sample_symbols())}. "
            f"{recorded.stored:,} bars stored, {recorded.already_stored:,} were there."
        )
        if recorded.conflicting:
            self.stdout.write(
                self.style.WARNING(
                    f"{recorded.conflicting:,} stored bars are of another seed and were kept; delete them first to change it."
                )
            )
