from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rules.gates import GATES
from rules.gates_doc import gates_page

RULES = Path(__file__).resolve().parents[1]


def test_the_page_is_what_the_gates_say() -> None:
    call_command("gates_doc", "--check")


def test_a_stale_page_is_noticed_and_left_alone(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    with pytest.raises(CommandError, match=r"docs/gates\.md is out of date"):
        call_command("gates_doc", "--check")
    assert not (tmp_path / "docs").exists()
    call_command("gates_doc")
    call_command("gates_doc", "--check")


def test_every_code_that_a_gate_can_answer_is_documented() -> None:
    documented = {code for gate in GATES for code in gate.codes}
    in_source = {
        code
        for file in [*(RULES / "gates").glob("*.py"), RULES / "intents.py"]
        for code in re.findall(r'(?:Verdict|Unclear)\(\s*"([A-Z_]+)"', file.read_text())
    }
    assert in_source
    assert in_source <= documented
    assert all(f"`{code}`" in gates_page() for code in documented)
