from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tradelab import env
from tradelab.database_url import database_settings, redact
from tradelab.env import BASE_DIR
from tradelab.logs import JsonFormatter, TextFormatter, blank
from tradelab.secrets import stored_secret
from tradelab.tests.source import code_files


def test_the_example_names_every_setting_and_nothing_else() -> None:
    read = re.compile(r"\b(?:text|flag|number|choice|items)\(\s*\"([A-Z_]+)\"")
    used = {name for path in code_files() for name in read.findall(path.read_text())}
    named = set(re.findall(r"^#([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    assert named == used


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="DEBUG should be yes or no, was 'maybe'"):
        env.flag("DEBUG")


@pytest.mark.parametrize("value", ["-3", "0", "many", "1.5"])
def test_a_number_that_is_too_small_or_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RUNS_WORKERS", value)
    with pytest.raises(
        ImproperlyConfigured, match=f"RUNS_WORKERS should be a whole number of at least 1, was '{value}'"
    ):
        env.number("RUNS_WORKERS", 2, least=1)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", " ")
    assert env.number("PORT", 8000) == 8000


def test_a_socket_and_a_password_with_signs_are_read_from_a_url() -> None:
    found = database_settings("postgresql://tl_app:p%40ss@/lab?host=/run/pg&sslmode=disable")
    assert (found["HOST"], found["USER"], found["PASSWORD"], found["NAME"]) == (
        "/run/pg",
        "tl_app",
        "p@ss",
        "lab",
    )
    assert found["OPTIONS"] == {"sslmode": "disable"}


def test_only_a_pool_shares_connections() -> None:
    assert "pool" not in database_settings("postgresql://u@h/n")["OPTIONS"]
    assert database_settings("postgresql://u@h/n", pool_size=7)["OPTIONS"]["pool"]["max_size"] == 7


@pytest.mark.parametrize("url", ["mysql://u:secret@h/n", "postgresql://u:secret@h", "nonsense"])
def test_a_url_of_something_else_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        database_settings(url)
    assert "secret" not in str(refusal.value)
    assert "postgresql://" in str(refusal.value)


def test_redact_keeps_all_but_the_password() -> None:
    assert redact("postgresql://u:p@h:5432/n?a=b") == "postgresql://u:…@h:5432/n?a=b"


def test_a_stored_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = stored_secret(tmp_path / "deep" / "key")
    assert stored_secret(tmp_path / "deep" / "key") == first
    assert len(first) == 44
    assert (tmp_path / "deep" / "key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["key"]


@pytest.mark.parametrize(
    "text",
    [
        "redis://:hunter22@localhost:6379/0",
        "Authorization: Bearer hunter22",
        "api_key=hunter22",
        '{"password": "hunter22"}',
        "using sk-hunter22-hunter22",
    ],
)
def test_secrets_are_blanked_in_logs(text: str) -> None:
    assert "hunter22" not in blank(text)


def test_ordinary_words_are_not_blanked() -> None:
    text = "run 12: bought 20 SPY at 145.32, tokens: 58, password changed"
    assert blank(text) == text


def test_log_lines_carry_their_extras() -> None:
    record = logging.makeLogRecord(
        {"name": "runs", "levelname": "INFO", "msg": "run %s", "args": (7,), "run_id": 7}
    )
    assert "run 7 run_id=7" in TextFormatter().format(record)
    assert '"run_id": "7"' in JsonFormatter().format(record)
