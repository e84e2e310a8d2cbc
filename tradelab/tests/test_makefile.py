from __future__ import annotations

import re
import subprocess

from tradelab.env import BASE_DIR

MAKEFILE = (BASE_DIR / "Makefile").read_text()


def test_help_lists_every_target() -> None:
    targets = set(" ".join(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)).split())
    listed = subprocess.run(["make", "help"], cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")} == targets


def test_the_check_before_a_change_lands_runs_targets_that_exist() -> None:
    wanted = re.search(r"for target in (.*); do", (BASE_DIR / ".ci" / "run").read_text())
    assert wanted
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in wanted[1].split())


def test_every_script_that_a_target_calls_exists() -> None:
    for script in re.findall(r"scripts/\w+\.\w+", MAKEFILE):
        assert (BASE_DIR / script).exists(), script
