from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradelab import services
from tradelab.services import client

Attach = Callable[[Path], services.Lease]


@pytest.fixture
def no_given_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that names no PostgreSQL and no Redis."""
    for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def prepared_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder whose database has been made once and stopped."""
    var_dir = tmp_path_factory.mktemp("prepared") / "var"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL"):
            patch.delenv(name, raising=False)
        lease = services.attach(var_dir)
        lease.close()
        assert lease.wait_until_over(seconds=10)
    return var_dir


@pytest.fixture
def var_dir(prepared_var: Path, tmp_path: Path) -> Path:
    """An own copy of the prepared folder, with its owners and modes."""
    subprocess.run(["cp", "-a", prepared_var, tmp_path / "var"], check=True)
    return tmp_path / "var"


@pytest.fixture
def attach(no_given_services: None) -> Iterator[Attach]:
    """Attach to services; at the end of the test all leases are closed and all services gone."""
    leases: list[services.Lease] = []

    def attach(var_dir: Path) -> services.Lease:
        leases.append(client.attach(var_dir))
        return leases[-1]

    yield attach
    for lease in leases:
        lease.close()
    for lease in leases:
        assert lease.wait_until_over(seconds=10)
