"""Parameters of the language model as a trader: whom to ask, what to show, and when to ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from agents.deciders.base import Params
from agents.llm.types import Purpose
from agents.prompts.indicators import specs_read
from agents.prompts.prompt import first_shown
from agents.prompts.template import NEWEST, template_names


def indicators_check(text: str) -> str:
    return ", ".join(map(str, specs_read(text)))


def template_check(name: str) -> str:
    if name not in template_names():
        raise ValueError(f"should be one of {', '.join(template_names())}")
    return name


def object_read(value: Any) -> Any:
    """On a command line an object is JSON."""
    return json.loads(value) if isinstance(value, str) else value


Extra = dict[str, JsonValue]
Multiple = Annotated[float, Field(gt=0, le=100)]


# What a form says above some parameters; the others it shows at once.
WHEN: Extra = {"group": "When else it is asked"}
SHOWN: Extra = {"group": "What else it is shown"}
WRITTEN: Extra = {"group": "What it writes besides decisions"}
SHADE: Extra = {"group": "Skipped bars, asked about for the record"}
SENT: Extra = {"group": "Parameters of the AI model"}


class LlmParams(Params):
    """Where nothing is chosen, the user's own endpoint and the Model's own AI model answer at every bar."""

    endpoint: Annotated[
        str, Field(default="", max_length=60, description="Name of an AI endpoint; empty: your default one")
    ]
    ai_model: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="AI model to ask; empty: the Model's own",
            json_schema_extra={"label": "AI model"},
        ),
    ]
    bars_shown: Annotated[
        int, Field(default=40, ge=5, le=500, description="Newest bars that every prompt shows, at least")
    ]
    indicators: Annotated[
        str,
        Field(
            default="rsi 14, atr 14, vwap, relative_volume 20",
            description="Shown beside each bar",
            json_schema_extra=SHOWN,
        ),
        AfterValidator(indicators_check),
    ]
    every: Annotated[
        int,
        Field(
            default=1,
            ge=0,
            le=5000,
            description="Ask every so many bars; 0: on triggers only",
            json_schema_extra={"label": "Ask every so many bars"},
        ),
    ]
    on_move: Annotated[
        Multiple | None,
        Field(
            default=None,
            description="Also ask after a move of so many ATR since the last question",
            json_schema_extra=WHEN | {"label": "After a move, in ATR"},
        ),
    ]
    on_volume: Annotated[
        Multiple | None,
        Field(
            default=None,
            description="Also ask at so many times the usual volume",
            json_schema_extra=WHEN | {"label": "At a multiple of the usual volume"},
        ),
    ]
    on_stop: Annotated[
        Multiple | None,
        Field(
            default=None,
            description="Also ask within so many ATR of a working stop",
            json_schema_extra=WHEN | {"label": "Near a working stop, in ATR"},
        ),
    ]
    on_fill: Annotated[
        bool,
        Field(
            default=True,
            description="Also ask after a fill",
            json_schema_extra=WHEN | {"label": "After a fill"},
        ),
    ]
    on_event: Annotated[
        bool,
        Field(
            default=True,
            description="Also ask after a denial or a broker's notice",
            json_schema_extra=WHEN | {"label": "After a denial or notice"},
        ),
    ]
    plan: Annotated[
        bool,
        Field(
            default=True,
            description="Write a plan before the first bar",
            json_schema_extra=WRITTEN | {"label": "A plan"},
        ),
    ]
    analysis_every: Annotated[
        int,
        Field(
            default=60,
            ge=0,
            le=5000,
            description="Write an analysis every so many bars; 0: never",
            json_schema_extra=WRITTEN | {"label": "An analysis every so many bars"},
        ),
    ]
    reflection: Annotated[
        bool,
        Field(
            default=True,
            description="Look back after the last bar",
            json_schema_extra=WRITTEN | {"label": "A reflection"},
        ),
    ]
    shade_rate: Annotated[
        float,
        Field(
            default=0.0,
            ge=0,
            le=1,
            description="Share of skipped bars to ask about without trading",
            json_schema_extra=SHADE | {"label": "Share to ask about"},
        ),
    ]
    shade_seed: Annotated[
        int,
        Field(
            default=1,
            ge=0,
            description="The same seed asks about the same bars",
            json_schema_extra=SHADE | {"label": "Seed"},
        ),
    ]
    parameters: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="Of the AI model, one a line, such as temperature = 0.2; over those of Model and endpoint",
            json_schema_extra=SENT,
        ),
        BeforeValidator(object_read),
    ]
    sent: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="What goes out to the AI model of all parameters; filled in as a run starts",
            json_schema_extra={"is_hidden": True},
        ),
    ]
    prompt: Annotated[
        str,
        Field(default=NEWEST, description="Version of the prompt", json_schema_extra=SHOWN),
        AfterValidator(template_check),
    ]


def planned_calls(params: LlmParams, due: Sequence[int]) -> dict[Purpose, int]:
    """How often a run asks, as far as can be said before: triggers and repairs come on top.

    `due` are the steps at which it may be asked at all: every one, or of a daily run the first of each week or month.
    """
    asked = [step for step in due if step == due[0] or (params.every and (step - 1) % params.every == 0)]
    blocks = [(step - 1) // params.analysis_every for step in asked] if params.analysis_every else []
    return {
        Purpose.PLAN: int(params.plan and bool(due)),
        Purpose.ANALYSIS: max(0, len(set(blocks)) - 1),
        Purpose.DECISION: len(asked),
        Purpose.REFLECTION: int(params.reflection and bool(due)),
        Purpose.SHADE: round((len(due) - len(asked)) * params.shade_rate),
    }


def prompt_tokens(params: LlmParams, symbols: int, due: Sequence[int]) -> tuple[int, int]:
    """About how many tokens a decision's prompt has on average: those that stay the same all run, and the others."""
    shown = sum(step - first_shown(step, params.bars_shown) + 1 for step in due)
    a_bar = 30 + 5 * len(specs_read(params.indicators))
    return 1_350, round(shown / max(1, len(due)) * symbols * a_bar) + 120 + 60 * symbols
