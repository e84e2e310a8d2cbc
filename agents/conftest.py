"""What tests of sessions and of asking share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agents.llm.fake.server import FakeServer, serving


@pytest.fixture
def fakellm() -> Iterator[FakeServer]:
    """A scripted language model behind real HTTP on this machine."""
    with serving() as server:
        yield server
