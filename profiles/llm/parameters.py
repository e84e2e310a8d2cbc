"""Parameters of AI models: which there are, within which bounds, and which a family of models takes.

They come from four places, the later over the earlier: the site, the endpoint, the Model, the run. What site and endpoint say
holds for models of any family, so what a model doesn't take is left out of theirs; what a Model or a run says is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import UserError

Values = Mapping[str, Any]
MOST = 20
LONGEST = 2_000  # characters of all of them as JSON


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number between bounds, or one of some words."""

    least: float = 0
    most: float = 0
    is_whole: bool = False
    words: tuple[str, ...] = ()

    def wanted(self) -> str:
        if self.words:
            return f"one of {', '.join(self.words)}"
        return f"a {'whole ' if self.is_whole else ''}number from {self.least:g} to {self.most:g}"

    def fits(self, value: Any) -> bool:
        if self.words:
            return value in self.words
        is_number = isinstance(value, int if self.is_whole else int | float) and not isinstance(value, bool)
        return is_number and self.least <= value <= self.most


PARAMETERS = {
    "temperature": Parameter(0, 2),
    "top_p": Parameter(0, 1),
    "top_k": Parameter(1, 500, is_whole=True),
    "max_tokens": Parameter(1, 128_000, is_whole=True),
    "frequency_penalty": Parameter(-2, 2),
    "presence_penalty": Parameter(-2, 2),
    "seed": Parameter(-(2**63), 2**63 - 1, is_whole=True),
    "reasoning_effort": Parameter(words=("none", "minimal", "low", "medium", "high", "xhigh")),
    "verbosity": Parameter(words=("low", "medium", "high")),
}
SAME = {"max_completion_tokens": "max_tokens", "max_output_tokens": "max_tokens"}  # names for one thing
# The house sends these itself.
OURS = frozenset(
    {"model", "messages", "stream", "stream_options", "response_format", "tools", "tool_choice", "functions"}
    | {"function_call", "n", "user", "store", "metadata", "modalities", "audio", "parallel_tool_calls"}
)
# A run knows nothing later than its simulated clock, and these read what the web says today.
SEARCHES = frozenset({"web_search", "web_search_options", "search_parameters", "plugins", "enable_search"})


@dataclass(frozen=True, slots=True)
class Family:
    """Models that take the same parameters. `pattern` is looked for in the name behind a provider's prefix."""

    name: str
    pattern: str
    takes: frozenset[str]
    most_tokens_name: str = "max_tokens"  # what it calls the most tokens of an answer
    own: Mapping[str, Parameter] = field(default_factory=dict)  # bounds that differ

    def holds(self, ai_model: str) -> bool:
        return re.match(self.pattern, ai_model.rpartition("/")[2].lower()) is not None


SAMPLING = frozenset({"temperature", "top_p", "max_tokens"})
PENALTIES = frozenset({"frequency_penalty", "presence_penalty", "seed"})
THINKING = frozenset({"reasoning_effort", "max_tokens", "seed"})
FAMILIES = (
    Family("GPT-5", r"gpt-5(?!.*chat)", THINKING | {"verbosity"}, "max_completion_tokens"),
    Family("o series", r"o[1-9]\b", THINKING, "max_completion_tokens"),
    Family("GPT-4", r"gpt-(3|4)|chatgpt", SAMPLING | PENALTIES),
    Family("Claude", r"claude", SAMPLING | {"top_k"}, own={"temperature": Parameter(0, 1)}),
    Family("Gemini", r"gemini", SAMPLING | PENALTIES | {"top_k", "reasoning_effort"}),
    Family("Grok", r"grok", SAMPLING | PENALTIES | {"reasoning_effort"}),
)
ANY = Family("any", "", frozenset(PARAMETERS))


def family_of(ai_model: str) -> Family:
    """The family of an AI model; one that takes everything for a model of no family that we know."""
    return next((family for family in FAMILIES if family.holds(ai_model)), ANY)


def parameters_check(values: Any, ai_model: str = "", *, about: str) -> dict[str, Any]:
    """Return parameters under their house names, none of them null. Raises UserError with everything that is wrong."""
    if not isinstance(values, Mapping):
        raise wrong(about, [f"This should be an object such as {{}}, found {type(values).__name__}."])
    named: dict[str, Any] = {
        str(SAME.get(name, name)): value for name, value in values.items() if value is not None
    }
    problems = [problem for name, value in named.items() if (problem := problem_of(name, value, ai_model))]
    if problem := size_problem(named):
        problems.append(problem)
    if problems:
        raise wrong(about, problems)
    return named


def problem_of(name: str, value: Any, ai_model: str) -> str:
    """What is wrong with one parameter; empty for one that can be sent, and for what only a provider knows."""
    family = family_of(ai_model)
    known = family.own.get(name) or PARAMETERS.get(name)
    if name in OURS:
        return f"{name} is sent by tradelab itself."
    if name in SEARCHES:
        return f"{name} would read today's web, and a run knows nothing later than its simulated clock."
    if known is None:
        return "" if re.fullmatch(r"[A-Za-z_]\w{0,59}", name) else f"{name[:60]!r} is no name of a parameter."
    if name not in family.takes:
        return f"{family.name} models take no {name}; they take {listed(family.takes)}."
    return "" if known.fits(value) else f"{name} should be {known.wanted()}, was {value!r}."


def size_problem(values: Values) -> str:
    """What keeps parameters from being stored; empty for what PostgreSQL can hold."""
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError) as error:
        return f"They can't be kept as JSON: {error}."
    if "\\u0000" in text:
        return "They should contain no NUL character."
    is_large = len(values) > MOST or len(text) > LONGEST
    return f"At most {MOST} parameters of together {LONGEST:,} characters can be kept." if is_large else ""


def listed(names: Iterable[str]) -> str:
    return ", ".join(name for name in PARAMETERS if name in names)


def wrong(about: str, problems: Iterable[str]) -> UserError:
    message = " ".join(problems)
    return UserError(message, fields={about: message})


def parameters_merge(
    ai_model: str, *, defaults: Iterable[Values], own: Mapping[str, Values]
) -> dict[str, Any]:
    """What goes out to an AI model, under the names that it knows: `defaults` as far as it takes them, then `own`.

    Raises UserError for what of `own` it can't be sent, about the key under which it stands.
    """
    merged: dict[str, Any] = {}
    for values in defaults:
        merged |= {name: value for name, value in values.items() if not problem_of(name, value, ai_model)}
    for about, values in own.items():
        merged |= parameters_check(values, ai_model, about=about)
    spelled = family_of(ai_model).most_tokens_name
    return {spelled if name == "max_tokens" else name: value for name, value in merged.items()}
