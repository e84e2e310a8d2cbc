"""Which Model and run a question names, by the words that pages use for them."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.tools.base import LARGEST_ID, Asking
from core.errors import UserError
from core.rls import acting_as
from profiles.selectors import models_list
from runs.selectors import runs_of_model

BESIDE = re.compile(r"\b(compare\w*|versus|vs)\b", re.IGNORECASE)
RUN = re.compile(r"\brun\s+#?(\d{1,9})\b", re.IGNORECASE)


def asked_about(asking: Asking, question: str) -> Asking:
    """What the conversation is about, or else what the question itself names: “run 3 of Momentum on SPY”.

    The longest name wins. A number counts only where one run is named, as comparisons read theirs by themselves.
    Raises UserError for a run that there isn't.
    """
    if asking.run_id is not None:
        return asking
    with acting_as(asking.user.pk):
        model_id = asking.model_id or model_named(asking, question)
        if model_id is None:
            return asking
        numbers = {int(number) for number in RUN.findall(question)}
        runs = runs_of_model(asking.user, model_id).filter(number__in=numbers, number__lte=LARGEST_ID)
        if len(numbers) != 1 or BESIDE.search(question):
            return replace(asking, model_id=model_id)
        found = runs.values_list("pk", flat=True).first()
    if found is None:
        raise UserError(f"There is no run {numbers.pop()} of this Model.", code="no_run")
    return replace(asking, model_id=model_id, run_id=found)


def model_named(asking: Asking, question: str) -> int | None:
    said = " ".join(question.split()).casefold()
    names = {
        " ".join(name.split()).casefold(): pk
        for pk, name in models_list(asking.user).values_list("pk", "name")
    }
    matching = [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)]
    return names[max(matching, key=len)] if matching else None


def runs_named(asking: Asking, question: str) -> list[int]:
    """Ids of the runs that are named with their Models: “run 1 of Cross with run 2 of Breakout”, in that order."""
    said, found = " ".join(question.split()).casefold(), dict[int, int]()
    with acting_as(asking.user.pk):
        for pk, name in models_list(asking.user).values_list("pk", "name"):
            spelled = re.escape(" ".join(name.split()).casefold())
            for match in re.finditer(rf"\brun\s+#?(\d{{1,9}})\s+of\s+{spelled}(?!\w)", said):
                runs = runs_of_model(asking.user, pk).filter(number=min(int(match[1]), LARGEST_ID))
                for run_id in runs.values_list("pk", flat=True):
                    found[run_id] = match.start()
    return sorted(found, key=lambda run_id: found[run_id])
