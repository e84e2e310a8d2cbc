"""The owner's own words about a run: a title, notes, tags, a pin."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from core.errors import UserError
from runs.models import Run
from runs.selectors import access_run

MOST_TAGS, LONGEST_TAG, LONGEST_TITLE, LONGEST_NOTES = 10, 30, 100, 4000


@transaction.atomic
def run_label(
    user: User,
    run_id: int,
    *,
    title: str | None = None,
    notes: str | None = None,
    tags: Sequence[str] | None = None,
    is_pinned: bool | None = None,
) -> Run:
    """Change what is given and nothing else; no number of the run depends on it. Raises UserError."""
    given = {"title": title, "notes": notes, "tags": tags, "is_pinned": is_pinned}
    changes = {name: value for name, value in given.items() if value is not None}
    if tags is not None:
        changes["tags"] = tags_checked(tags)
    check_length("title", title, LONGEST_TITLE)
    check_length("notes", notes, LONGEST_NOTES)
    run = access_run(user, run_id, lock=True)
    for name, value in changes.items():
        setattr(run, name, value.strip() if isinstance(value, str) else value)
    if changes:
        run.save(update_fields=list(changes))
    return run


def tags_checked(tags: Sequence[str]) -> list[str]:
    """Lower case, each once, in alphabetical order."""
    found = sorted({" ".join(tag.split()).lower() for tag in tags} - {""})
    for tag in found:
        check_length("tags", tag, LONGEST_TAG)
    if len(found) > MOST_TAGS:
        message = f"A run has at most {MOST_TAGS} tags, found {len(found)}."
        raise UserError(message, fields={"tags": message})
    return found


def check_length(name: str, text: str | None, longest: int) -> None:
    if text is not None and (len(text) > longest or "\0" in text):
        message = f"{name} should have at most {longest} characters and no NUL, found {len(text)}."
        raise UserError(message, fields={name: message})
