"""What tests of asking share: a form, a question, a journal at the scripted endpoint."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from django.contrib.auth.models import User
from pydantic import BaseModel, ConfigDict

from agents.llm.fake.server import FakeServer
from agents.llm.journal import Journal
from agents.llm.prices import price_find
from agents.llm.types import Ask, Endpoint, Message, Purpose
from runs.models import Run

KEY = "sk-secret-0123456789"
ENDPOINT_ID = 7
SYSTEM = "You trade on paper. " * 100


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    word: str
    number: int


def ask_of(step: int = 1, text: str = "Bar 1 closed at 100.", **fields: Any) -> Ask:
    values: dict[str, Any] = {
        "purpose": Purpose.DECISION,
        "step": step,
        "messages": (Message("system", SYSTEM), Message("user", text)),
        "schema": Form,
        "schema_name": "form",
    }
    return Ask(**values | fields)


def endpoint_at(server: FakeServer, behaviour: str = "", **fields: Any) -> Endpoint:
    model = f"scripted:{behaviour}" if behaviour else "scripted"
    endpoint = Endpoint(id=ENDPOINT_ID, name="Scripted", base_url=server.base_url, model=model, api_key=KEY)
    return replace(endpoint, **fields)


def journal_at(
    server: FakeServer, user: User, behaviour: str = "", *, run: Run | None = None, **fields: Any
) -> Journal:
    endpoint = endpoint_at(server, behaviour, **fields.pop("endpoint", {}))
    values: dict[str, Any] = {"price": price_find(endpoint), "random": Random(1)}
    return Journal(user=user, run_id=run.pk if run else None, endpoint=endpoint, **values | fields)
