"""The outside oracle: case files of other people's test suites, answered by the product's own matching and ledger.

A simulator without gates; nothing that stores an order may import it.
"""

from trading.oracle.report import FileReport, UnreadableFile, case_files, run_file
from trading.oracle.results import CaseResult, Check, Outcome
from trading.oracle.run import run_case

__all__ = [
    "CaseResult",
    "Check",
    "FileReport",
    "Outcome",
    "UnreadableFile",
    "case_files",
    "run_case",
    "run_file",
]
