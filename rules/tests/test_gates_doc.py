from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rules.gates import GATES
from rules.gates_doc import gates_page
from rules.kinds import KINDS
from rules.param_fields import first_values
from rules.rules_doc import rules_page

RULES = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("page", ["gates", "rules"])
def test_the_page_is_what_the_code_says(page: str) -> None:
    call_command(f"{page}_doc", "--check")


@pytest.mark.parametrize("page", ["gates", "rules"])
def test_a_stale_page_is_noticed_and_left_alone(
    page: str, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    with pytest.raises(CommandError, match=rf"docs/{page}\.md is out of date; run `manage\.py {page}_doc`"):
        call_command(f"{page}_doc", "--check")
    assert not (tmp_path / "docs").exists()
    call_command(f"{page}_doc")
    call_command(f"{page}_doc", "--check")


def test_every_kind_parameter_verb_and_code_is_in_the_catalogue() -> None:
    page = rules_page()
    for kind in KINDS.values():
        _, found, section = page.partition(f"### `{kind.name}`: {kind.title}\n")
        assert found
        section = section.partition("\n### ")[0]
        assert kind.says(kind.params.model_validate(first_values(kind.params))) in section
        assert all(f"| `{name}` |" in section for name in kind.params.model_fields)
        assert all(f"`{verb}`" in section for verb in kind.verbs)
        assert all(f"- `{code}`: " in section for code in kind.codes)


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
