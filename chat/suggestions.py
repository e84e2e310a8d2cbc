"""Questions to begin with, by what the conversation is about."""

from __future__ import annotations

from django.contrib.auth.models import User

from chat.scope import Subject
from runs.models import Run
from runs.selectors import runs_of_model, runs_of_user

GENERAL = [
    "Which of my Models did best, and why?",
    "What were the worst trades of my newest run?",
    "Where do my Models lose money?",
    "Which rules earned their keep?",
]
NOTHING_YET = [
    "What can you tell me once I have a run?",
    "Which limits hold for my trades?",
    "What does the Sharpe ratio say?",
]


def suggestions_for(user: User, subject: Subject) -> list[str]:
    """Three or four questions that have an answer here."""
    if subject.run is not None:
        return of_run(subject.run)
    if subject.model is not None:
        return of_model(user, subject.model.pk)
    return GENERAL if runs_of_user(user).exists() else NOTHING_YET


def of_run(run: Run) -> list[str]:
    if run.cursor == 0:
        return ["What will this run trade, and under which limits?", "Which rules bind this run?"]
    is_loss = run.equity is not None and run.equity < run.initial_cash
    is_first = run.number == 1
    return [
        "Why did I lose money?" if is_loss else "What made the money?",
        "Show the best and worst trades",
        "What would a 20 % cap per position have done?",
        "How does it compare with buy and hold?" if is_first else f"Compare with run {run.number - 1}",
    ]


def of_model(user: User, model_id: int) -> list[str]:
    if not runs_of_model(user, model_id).exists():
        return ["What may this Model do, and what not?", "Which rules bind it?"]
    return [
        "How did its runs go so far?",
        "Suggest a rule",
        "When during the day does it make money?",
        "What should change in its instructions?",
    ]
