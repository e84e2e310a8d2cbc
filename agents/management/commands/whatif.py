"""Take a run's recorded decisions again under other rules, fees, slippage or delay, in memory. Writes nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.management.readonly import read_only
from agents.management.whatif_table import print_what_if
from agents.whatif.costs import costs_read
from agents.whatif.report import whatif
from agents.whatif.specs import specs_read
from agents.whatif.terms import Terms
from core.errors import UserError
from core.rls import acting_as
from rules.snapshot import RuleSpec
from runs.finding import run_find


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="id of a stored run")
        parser.add_argument(
            "--without",
            action="append",
            default=[],
            metavar="RULE",
            help="leave out a rule by name, 'gate: <name>' or 'rules' for all; may be repeated",
        )
        parser.add_argument(
            "--with",
            type=Path,
            dest="file",
            metavar="FILE",
            help="JSON file of rules to put in; one of the same name is replaced",
        )
        parser.add_argument(
            "--fees", default="", help="zero, per_share:USD, bps:NUMBER, per_trade:USD, ib_equity"
        )
        parser.add_argument(
            "--slippage", default="", help="none, bps:NUMBER, half_spread, volume_share:IMPACT"
        )
        parser.add_argument("--delay", default="", metavar="SECONDS", help="from the bar seen to the order")
        parser.add_argument("--json", action="store_true", help="print the whole comparison as JSON")

    def handle(self, **options: Any) -> None:
        user, run = run_find(options["run"])
        try:
            terms = terms_of(options)
            with acting_as(user.pk):
                read_only()
                found = whatif(run, terms)
                answer = found.to_json() if options["json"] else None
        except UserError as error:
            raise CommandError(error.message) from None
        if answer is not None:
            self.stdout.write(json.dumps(answer, indent=2))
        else:
            print_what_if(found, self.stdout)


def terms_of(options: dict[str, Any]) -> Terms:
    costs = costs_read(fees=options["fees"], slippage=options["slippage"], delay=options["delay"])
    added = rules_in(options["file"]) if options["file"] else ()
    if not (options["without"] or added or costs):
        raise CommandError("Say what is to be different: --without, --with, --fees, --slippage or --delay.")
    return Terms(tuple(options["without"]), added, costs)


def rules_in(file: Path) -> tuple[RuleSpec, ...]:
    try:
        return specs_read(json.loads(file.read_text()))
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{file} is no JSON: {error}") from None
