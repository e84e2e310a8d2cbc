"""What each rule and gate of a run did, and what it earned: the same decisions with and without it, as stored."""

from __future__ import annotations

from agents.earned.models import RuleEarning, RuleReport
from agents.earned.selectors import can_be_priced, is_under_way, report_of
from agents.tools.about import run_asked, run_facts, run_link, run_notes, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.payload import Fact, Payload, Row, Table, Unit, table_of
from reasoning.selectors import denials_by_code
from runs.models import Run


class RuleReportArguments(RunArguments):
    """A run, and nothing more to say."""


def rule_report(asking: Asking, wanted: RuleReportArguments) -> Payload:
    run = run_asked(asking, wanted)
    report = report_of(run)
    earnings = list(report.earnings.all()) if report else []
    equity = report.final_equity if report else None
    return Payload(
        title=f"What rules earned in {run_title(run)}",
        about=run_facts(run),
        facts=[
            Fact(key="final_equity", label="Final equity as it was", value=equity, unit=Unit.MONEY),
            Fact(key="denials", label="Denials", value=run.denial_count, unit=Unit.COUNT),
        ],
        tables=[table for table in (earnings_table(earnings), denials_table(run)) if table.rows],
        links=[run_link(run)],
        notes=[*run_notes(run), *notes_of(run, report)],
    )


def notes_of(run: Run, report: RuleReport | None) -> list[str]:
    """Why there are no figures, or what to know of them."""
    if report is None:
        can = (
            "It can be made on the run's page."
            if can_be_priced(run)
            else "It can be made once the run has ended."
        )
        return [f"There is no report of what rules earned in this run yet. {can}"]
    notes = [
        "Each figure is of the same decisions without that one rule or gate; figures don't add up to the whole."
    ]
    if is_under_way(report):
        notes.append("The report is being made: some figures may still be missing.")
    return notes + ([report.problem] if report.problem else [])


def earnings_table(earnings: list[RuleEarning]) -> Table:
    columns = [
        ("name", "Rule or gate", Unit.TEXT),
        ("subject", "Kind", Unit.TEXT),
        ("sentence", "What it says", Unit.TEXT),
        ("fired", "Fired", Unit.COUNT),
        ("denied", "Orders denied", Unit.COUNT),
        ("denied_alone", "By it alone", Unit.COUNT),
        ("resized", "Resized", Unit.COUNT),
        ("closed", "Positions closed", Unit.COUNT),
        ("without", "Equity without it", Unit.MONEY),
        ("earned", "Earned", Unit.MONEY),
        ("note", "Note", Unit.TEXT),
    ]
    rows = [
        Row(
            values=[
                earning.name,
                earning.get_subject_display(),
                earning.sentence,
                earning.fired,
                earning.denied,
                earning.denied_alone,
                earning.resized,
                earning.closed,
                earning.final_equity,
                earning.earned,
                earning.not_priced or earning.first_difference,
            ]
        )
        for earning in earnings
    ]
    return table_of("Rules and gates", columns, rows)


def denials_table(run: Run) -> Table:
    """How often each limit denied an order; an order against two limits counts for both."""
    columns = [("code", "Limit", Unit.TEXT), ("count", "Orders denied", Unit.COUNT)]
    return table_of("Denials by limit", columns, [Row(values=item) for item in denials_by_code(run).items()])


TOOL = Tool(
    "rule_report",
    "What each rule and gate of a run did (fired, denied, resized, closed) and earned: final equity with it less without "
    "it, from the stored report; and how often each limit denied an order.",
    RuleReportArguments,
    rule_report,
)
