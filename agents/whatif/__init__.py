"""Same decisions, other rules: what a run's recorded decisions would have come to under other terms. Writes nothing."""

from agents.whatif.report import WhatIf, whatif
from agents.whatif.terms import AS_IT_WAS, Terms

__all__ = ["AS_IT_WAS", "Terms", "WhatIf", "whatif"]
