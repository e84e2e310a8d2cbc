"""Measure this machine: `bench` prints all, `bench session` one long session over bars from a file."""

from __future__ import annotations

import json
import platform
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.bench.bars import bars_read, seeded_bars
from agents.bench.session import SessionPace, SessionRequest, session_pace
from agents.bench.store import stored_pace
from agents.deciders import decider_check, decider_class
from agents.management.params import params_of
from core.errors import UserError

YEAR = 98_280  # minutes of 252 regular sessions
SHARES = 100
MOST_DOLLARS = Decimal(1_000_000_000_000)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # they bring all pages along, whose memory would count as a session's

    def add_arguments(self, parser: ArgumentParser) -> None:
        session = parser.add_subparsers(dest="what").add_parser("session", help="one long session, as JSON")
        session.add_argument("--bars", type=Path, help=".npz or CSV file; default: a seeded year of minutes")
        session.add_argument("--decider", default="sma_cross")
        session.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
        session.add_argument("--quantity", type=int, help="shares per order; default: 100")
        session.add_argument("--fee-per-order", type=dollars, default=Decimal(1), metavar="USD")
        session.add_argument(
            "--cash", type=dollars, default=Decimal(1_000_000), metavar="USD", help="for each symbol"
        )
        session.add_argument(
            "--symbols", type=int, default=1, help="trade the same bars under this many names"
        )
        session.add_argument(
            "--store", action="store_true", help="through the real tables, rolled back at the end"
        )

    def handle(self, **options: Any) -> None:
        try:
            if options["what"] == "session":
                self.stdout.write(json.dumps(asdict(session_of(options)), indent=2))
            else:
                self.everything()
        except UserError as error:
            raise CommandError(error.message) from None

    def everything(self) -> None:
        # Only here: what they bring along would count as a session's memory.
        from agents.bench.daily import daily_pace
        from agents.bench.luck import luck_pace
        from agents.bench.prompts import prompt_pace
        from agents.bench.small import run_pace
        from agents.bench.whatif import whatif_pace
        from market.bench import market_pace

        machine = f"{platform.node()}, {platform.machine()}, Python {platform.python_version()}"
        request = year_request()
        engine, stored = session_pace(request), stored_pace(request)
        small, market, prompts, again = run_pace(), market_pace(), prompt_pace(), whatif_pace()
        luck, daily = luck_pace(), daily_pace()
        for line in (
            f"machine            {machine}",
            f"symbol-day run     {small.steps} steps, {small.worker_seconds:.3f} s of worker time, everything stored",
            f"daily universe     {daily.days:,} days of {daily.symbols} symbols in {daily.seconds} s, {daily.orders:,} orders, "
            f"everything stored",
            f"what-if            {again.whole} ms for both sides of {again.steps} steps from the tables, {again.one_walk} ms a "
            f"further walk, {again.pricing} ms to price all rules and gates",
            f"luck               {luck.false_claims:.1%} false claims about {luck.trials} random traders (at most 5 % wanted; an "
            f"interval alone makes {luck.by_interval_alone:.0%}), {luck.false_families:.1%} about the best of ten runs",
            f"run page           {small.page_milliseconds} ms, {small.page_kilobytes} kB",
            f"engine             {engine.bars_per_second:,} bars/s over {engine.bars:,} bars, {engine.orders:,} orders",
            f"engine and tables  {stored.bars_per_second:,} bars/s, everything stored",
            f"prompts            {prompts.shares.tokens:,} tokens; at {prompts.shares.at_least(0.9):.1%} of the steps 90 % or "
            f"more begin as the step before (median {prompts.shares.median:.1%}, least {prompts.shares.least:.1%}, "
            f"where the window moves on); {prompts.milliseconds} ms a step",
            f"import             {market.parsed_per_second:,.0f} bars/s parsed, {market.stored_per_second:,.0f} stored",
        ):
            self.stdout.write(line)


def dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ArgumentTypeError(f"an amount is wanted, found {text!r}") from None
    if not (amount.is_finite() and 0 <= amount <= MOST_DOLLARS):
        raise ArgumentTypeError(f"an amount from 0 to {MOST_DOLLARS:,} is wanted, found {text!r}")
    return amount


def year_request() -> SessionRequest:
    params = decider_check("sma_cross", {"fast": 10, "slow": 30, "quantity": 100})
    return SessionRequest(seeded_bars(YEAR), 1, "sma_cross", params, Decimal(1_000_000), Decimal(1))


def session_of(options: dict[str, Any]) -> SessionPace:
    columns = bars_read(options["bars"]) if options["bars"] else seeded_bars(YEAR)
    params = decider_check(options["decider"], given_to(options))
    symbols = options["symbols"]
    if symbols < 1:
        raise UserError(f"--symbols should be at least 1, was {symbols}.")
    if not options["cash"]:
        raise UserError("--cash should be above 0.")
    request = SessionRequest(
        columns, symbols, options["decider"], params, options["cash"] * symbols, options["fee_per_order"]
    )
    return stored_pace(request) if options["store"] else session_pace(request)


def given_to(options: dict[str, Any]) -> dict[str, Any]:
    """Parameters of the decider: as many shares as are asked for, or usual ones where it is told no size."""
    given: dict[str, Any] = params_of(options["param"])
    if options["quantity"] is not None:
        return {"quantity": options["quantity"], **given}
    is_sized = "quantity" in decider_class(options["decider"]).params_type.model_fields
    return {"quantity": SHARES, **given} if is_sized and "equity_percent" not in given else given
