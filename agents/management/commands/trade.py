"""Run one session in the foreground, through the same code as the workers, and print the result."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from agents.foreground import session_run
from agents.llm.quote import quote_facts, quote_make
from agents.management.params import params_of
from agents.management.present import Progress, print_summary, quote_lines
from agents.services import request_checked
from agents.summary import run_summary
from core.errors import UserError
from core.rls import acting_as
from profiles.models import TradingModel
from runs.models import RunState
from runs.services.pause import BUDGET_KINDS
from runs.services.start import RunRequest


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", required=True, help="name or id of the Model")
        parser.add_argument("--user", help="whose Model, when several users have one of that name")
        parser.add_argument("--symbol", required=True, help="one symbol, or several with commas")
        parser.add_argument(
            "--date", required=True, help="exchange day, YYYY-MM-DD; or FROM..TO for a daily run"
        )
        parser.add_argument("--session", default="regular", help="pre, regular (default) or after")
        parser.add_argument("--decider", help="default: the Model's own")
        parser.add_argument(
            "--param", action="append", default=[], metavar="NAME=VALUE", help="parameter of the decider"
        )
        parser.add_argument(
            "--budget",
            action="append",
            default=[],
            metavar="KIND=AMOUNT",
            help=f"cap on asking a language model, of {', '.join(BUDGET_KINDS)}",
        )
        parser.add_argument("--quote", action="store_true", help="say what it would take, and start nothing")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:
        try:
            user, model = model_find(options["model"], options["user"])
            if self.quoted(user, request_of(model, options), options):
                return
            with Progress(shown=not options["json"]) as progress:
                run = session_run(user, request_of(model, options), progress.show)
            with acting_as(user.pk):
                summary = run_summary(run)
        except UserError as error:
            raise CommandError(error.message) from None
        if options["json"]:
            self.stdout.write(json.dumps(summary.to_json(), indent=2))
        else:
            print_summary(summary)
        if run.state == RunState.FAILED:
            raise CommandError(f"Run {run.number} failed: {run.failure_message}")

    def quoted(self, user: User, request: RunRequest, options: dict[str, Any]) -> bool:
        """Say what the run will take if it asks a language model; return whether that is all that was wanted."""
        with acting_as(user.pk):
            quote = quote_make(user, request_checked(user, request))
        if options["json"] and options["quote"]:
            self.stdout.write(json.dumps(quote_facts(quote), indent=2))
        elif not options["json"] and (quote or options["quote"]):
            self.stdout.write("\n".join(quote_lines(quote)))
        return bool(options["quote"])


def model_find(name_or_id: str, username: str | None) -> tuple[User, TradingModel]:
    """Find the one Model meant. Raises CommandError when none or several users have it."""
    users = User.objects.filter(username=username) if username else User.objects.all()
    found = [(user, model) for user in users.order_by("id") for model in models_of(user, name_or_id)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(
            f"No Model is called {name_or_id!r} or has that id. `manage.py create_demo` makes three."
        )
    owners = ", ".join(f"{user.username}: id {model.pk}" for user, model in found)
    raise CommandError(
        f"{len(found)} Models are called {name_or_id!r} ({owners}). Give --user, or the id as --model."
    )


def models_of(user: User, name_or_id: str) -> list[TradingModel]:
    with acting_as(user.pk):
        models = TradingModel.objects.owned_by(user).filter(archived_at=None)
        if name_or_id.isdecimal():
            return list(models.filter(pk=int(name_or_id)))
        return list(models.filter(name__iexact=name_or_id))


def request_of(model: TradingModel, options: dict[str, Any]) -> RunRequest:
    first, _, last = options["date"].partition("..")
    decider = options["decider"] or model.decider
    own_params = model.decider_params if decider == model.decider else {}
    return RunRequest(
        model_id=model.pk,
        symbols=[symbol.strip() for symbol in options["symbol"].split(",") if symbol.strip()],
        date_from=day_of(first),
        date_to=day_of(last or first),
        mode="daily" if last else "intraday",
        session=options["session"],
        decider=decider,
        decider_params={**own_params, **params_of(options["param"])},
        budget=params_of(options["budget"]),
    )


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"A date should look like 2026-11-20, was {text!r}") from None
