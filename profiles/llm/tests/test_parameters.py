"""What AI models may be told beside the question: within bounds, as their family takes it, the narrower word first."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import UserError
from profiles.llm.parameters import family_of, parameters_check, parameters_merge


@pytest.mark.parametrize(
    ("ai_model", "family"),
    [
        ("gpt-5-mini", "GPT-5"),
        ("openai/gpt-5.1", "GPT-5"),
        ("gpt-5-chat-latest", "any"),
        ("o3", "o series"),
        ("openai/o4-mini", "o series"),
        ("gpt-4.1-nano", "GPT-4"),
        ("anthropic/claude-sonnet-4.5", "Claude"),
        ("google/gemini-2.5-flash", "Gemini"),
        ("x-ai/grok-4-fast", "Grok"),
        ("qwen3:8b", "any"),
        ("olmo-2", "any"),
        ("scripted:latency=2", "any"),
    ],
)
def test_a_model_is_of_the_family_that_its_name_says(ai_model: str, family: str) -> None:
    assert family_of(ai_model).name == family


@pytest.mark.parametrize(
    ("values", "ai_model"),
    [
        ({"temperature": 0, "top_p": 1, "top_k": 500, "max_tokens": 1}, "qwen3:8b"),
        ({"temperature": 2.0, "frequency_penalty": -2, "presence_penalty": 2, "seed": -7}, "gpt-4o"),
        ({"reasoning_effort": "low", "verbosity": "high", "max_tokens": 4000}, "gpt-5"),
        ({"temperature": 1, "top_k": 40}, "claude-haiku-4-5"),
        ({"repetition_penalty": 1.1, "stop": ["\n\n"], "provider": {"order": ["a"]}}, "gpt-5"),
        ({}, ""),
    ],
)
def test_what_fits_stays_as_it_is(values: dict[str, Any], ai_model: str) -> None:
    assert parameters_check(values, ai_model, about="here") == values


@pytest.mark.parametrize(
    ("values", "ai_model", "words"),
    [
        ({"temperature": 2.1}, "", "temperature should be a number from 0 to 2, was 2.1."),
        ({"temperature": float("nan")}, "", "temperature should be a number"),
        ({"temperature": True}, "", "was True"),
        ({"temperature": "0.2"}, "", "was '0.2'"),
        ({"temperature": 1.5}, "claude-opus-4", "temperature should be a number from 0 to 1, was 1.5."),
        ({"top_k": 0}, "", "top_k should be a whole number from 1 to 500, was 0."),
        ({"top_k": 1.5}, "", "whole number"),
        ({"max_output_tokens": 0}, "", "max_tokens should be a whole number from 1"),
        ({"presence_penalty": -3}, "", "from -2 to 2"),
        ({"reasoning_effort": "much"}, "", "one of none, minimal, low, medium, high, xhigh, was 'much'."),
        (
            {"temperature": 0.2},
            "gpt-5-mini",
            "GPT-5 models take no temperature; they take max_tokens, seed, reasoning_effort, verbosity.",
        ),
        ({"verbosity": "low"}, "o3", "o series models take no verbosity"),
        ({"model": "other", "stream": False}, "", "model is sent by tradelab itself. stream is sent by"),
        ({"web_search_options": {}}, "", "would read today's web"),
        ({"search_parameters": {"mode": "on"}}, "grok-4", "would read today's web"),
        ({"max tokens": 5}, "", "'max tokens' is no name"),
        ({"stop": "\0"}, "", "NUL"),
        ({"x": float("inf")}, "", "can't be kept as JSON"),
        ({"stop": "x" * 2000}, "", "together 2,000 characters"),
        ({f"p{number}": 1 for number in range(21)}, "", "At most 20 parameters"),
        ([], "", "should be an object such as {}, found list"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(values: Any, ai_model: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        parameters_check(values, ai_model, about="here")
    assert words in caught.value.fields["here"]


def test_null_says_nothing_and_names_for_one_thing_are_one() -> None:
    values = {"seed": None, "max_completion_tokens": 900}
    assert parameters_check(values, about="here") == {"max_tokens": 900}


def test_the_narrower_word_wins_and_defaults_hold_as_far_as_they_are_taken() -> None:
    site, endpoint = {"temperature": 0.1, "top_p": 0.5, "max_tokens": 100}, {"temperature": 0.2, "seed": 1}
    own = {"model_parameters": {"temperature": 0.3, "max_tokens": 200}, "parameters": {"temperature": 0.4}}
    assert parameters_merge("qwen3", defaults=[site, endpoint], own=own) == {
        "temperature": 0.4,
        "top_p": 0.5,
        "max_tokens": 200,
        "seed": 1,
    }
    assert parameters_merge("gpt-5", defaults=[site, endpoint], own={}) == {
        "max_completion_tokens": 100,
        "seed": 1,
    }
    with pytest.raises(UserError) as caught:
        parameters_merge("gpt-5", defaults=[site, endpoint], own=own)
    assert list(caught.value.fields) == ["model_parameters"]
