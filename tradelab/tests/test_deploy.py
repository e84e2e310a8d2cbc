"""The files for operators say what is so: queues, settings, addresses and commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import reverse

from core import live
from core.metrics import METRICS, PREFIX, Counter
from tradelab.env import BASE_DIR
from tradelab.health.middleware import ANSWERS
from tradelab.operator.work import queue_names

DEPLOY = BASE_DIR / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
NGINX = (DEPLOY / "nginx" / "tradelab.conf").read_text()
PAGE = (BASE_DIR / "docs" / "deploy.md").read_text()
UNITS = sorted((DEPLOY / "systemd").iterdir())
# Read by programs beside ours.
OF_OTHERS = {"FORWARDED_ALLOW_IPS", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "REDISCLI_AUTH"}


def queues_of(text: str) -> list[str]:
    return [queue for found in re.findall(r"--queues (\S+)", text) for queue in found.split(",")]


@pytest.mark.parametrize(
    "text",
    [
        (DEPLOY / "compose.yaml").read_text(),
        "".join(unit.read_text() for unit in UNITS),
        "\n".join(line for line in PAGE.splitlines() if line.startswith("| worker")),
    ],
    ids=["compose", "systemd", "page"],
)
def test_every_queue_has_exactly_one_kind_of_worker(text: str) -> None:
    assert sorted(queues_of(text)) == queue_names()


def test_settings_of_the_examples_exist() -> None:
    known = set(re.findall(r"^#([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    given = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    of_units = set(re.findall(r"\b([A-Z_]{4,})=\d", "".join(unit.read_text() for unit in UNITS)))
    of_compose = {
        name for service in COMPOSE["services"].values() for name in service.get("environment") or {}
    }
    assert given | of_units | of_compose <= known | OF_OTHERS
    told = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)[=`]", PAGE))
    assert told <= known | OF_OTHERS


def test_every_service_waits_for_the_migrations() -> None:
    ours = [
        service
        for name, service in COMPOSE["services"].items()
        if service.get("image") == "tradelab" and name != "migrate"
    ]
    assert len(ours) == 5
    for service in ours:
        condition = service["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_commands_that_are_named_exist() -> None:
    texts = [PAGE, *(unit.read_text() for unit in UNITS), (DEPLOY / "compose.yaml").read_text()]
    named = set(re.findall(r"manage\.py ([a-z_]+)", "".join(texts)))
    assert named >= {"backup", "restore", "migrate", "bootstrap_db", "check"}
    assert named <= set(get_commands())


def test_streams_are_told_apart_from_pages_by_nginx() -> None:
    found = re.search(r"location ~ (\S+) \{(.*?)\}", NGINX, re.DOTALL)
    assert found
    pattern, block = re.compile(found[1]), found[2]
    streams = [
        reverse("core:live"),
        reverse("chat:turn-stream", args=[7]),
        reverse("api-turn-stream", args=[7]),
    ]
    assert all(pattern.match(address) for address in streams), streams
    assert not pattern.match("/chat/7/")
    assert not pattern.match("/live/session/")
    assert {"proxy_buffering off;", "gzip off;", "proxy_cache off;"} <= set(
        map(str.strip, block.splitlines())
    )
    wait = re.search(r"proxy_read_timeout (\d+)s", block)
    assert wait
    assert int(wait[1]) > 2 * live.PING_SECONDS, "silence of one sign of life is no reason to end a stream"


def test_passwords_are_guessed_slowly_whichever_names_are_tried() -> None:
    found = re.search(r"location ~ (\S+) \{([^}]*limit_req zone=passwords[^}]*)\}", NGINX)
    assert found
    guarded = re.compile(found[1])
    for name in ("profiles:login", "profiles:sign-up", "profiles:password", "admin:login"):
        assert guarded.match(reverse(name)), name
    assert not guarded.match("/models/")
    assert "limit_req_zone $binary_remote_addr zone=passwords:" in NGINX


def test_what_machines_ask_is_not_passed_on_to_visitors() -> None:
    for address in ANSWERS.keys() - {"/healthz"}:
        assert f"location = {address} {{ return 404; }}" in NGINX
    for header in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", "X-Request-ID $request_id"):
        assert f"proxy_set_header {header};" in NGINX


def metric_names() -> set[str]:
    names = {
        PREFIX + name + ("_total" if isinstance(metric, Counter) else "") for name, metric in METRICS.items()
    }
    return names | {f"{PREFIX}metric_unreadable"}


def test_every_metric_is_explained_and_every_alert_asks_for_one_that_exists() -> None:
    told = set(re.findall(rf"({PREFIX}[a-z_]+)", PAGE))
    assert told == metric_names()
    rules = (DEPLOY / "prometheus" / "alerts.yml").read_text() + (DEPLOY / "autoscale.yaml").read_text()
    asked = set(re.findall(rf"\b({PREFIX}[a-z_]+)", rules))
    assert asked <= metric_names()


def test_files_can_be_read_by_those_they_are_for() -> None:
    alerts: Mapping[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in alerts["groups"][0]["rules"])
    prometheus = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    assert prometheus["rule_files"] == ["alerts.yml"]
    assert len(list(yaml.safe_load_all((DEPLOY / "autoscale.yaml").read_text()))) == 2


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix in (".service", ".timer")], ids=lambda unit: unit.name
)
def test_units_are_understood_by_systemd(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not on this machine")
    for other in UNITS:
        # Their programs are elsewhere; everything but that is looked at.
        text = re.sub(r"(ExecStart\w*)=\S+", r"\1=/bin/true", other.read_text())
        (tmp_path / other.name).write_text(text)
    done = subprocess.run(
        [program, "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False
    )
    ours = [
        line for line in done.stderr.splitlines() if "tradelab" in line and "Failed to prepare" not in line
    ]
    assert ours == []


def test_the_page_names_only_files_that_exist() -> None:
    for name in re.findall(r"`(deploy/[\w./-]+)`", PAGE):
        assert (BASE_DIR / name).exists(), name
