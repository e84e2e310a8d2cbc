"""The embedded services, with real processes: started, shared, killed, and found whole again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tradelab.services import Lease, postgres, redis_server
from tradelab.services.locks import holder, is_held
from tradelab.services.processes import stop
from tradelab.tests.conftest import Attach
from tradelab.tests.support import eventually, is_running, kill, postmaster, read_rows, write_row

pytestmark = pytest.mark.slow


def end(lease: Lease) -> None:
    lease.close()
    assert lease.wait_until_over(seconds=10)


def keeper_of(var_dir: Path) -> int:
    return holder(var_dir / "keeper.lock")


needs_redis = pytest.mark.skipif(
    not redis_server.find_program(),
    reason="no Redis program here; the stand-in keeps nothing and knows no passwords",
)


def test_rows_survive_a_restart(attach: Attach, var_dir: Path) -> None:
    first = attach(var_dir)
    write_row(first, "kept")
    end(first)
    assert read_rows(attach(var_dir)) == ["kept"]


@needs_redis
def test_keys_survive_a_restart(attach: Attach, var_dir: Path) -> None:
    first = attach(var_dir)
    redis.Redis.from_url(first.addresses.redis).set("word", "kept")
    end(first)
    assert redis.Redis.from_url(attach(var_dir).addresses.redis).get("word") == b"kept"


def test_clients_share_the_services_and_the_last_one_ends_them(attach: Attach, var_dir: Path) -> None:
    first, second = attach(var_dir), attach(var_dir)
    assert first.addresses == second.addresses
    server = postmaster(var_dir)
    first.close()
    assert is_running(server)
    write_row(second, "still here")
    end(second)
    assert not is_running(server)


def test_a_killed_client_leaves_nothing_behind(attach: Attach, var_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tradelab.services import attach;"
        "lease = attach(Path(sys.argv[1])); print('attached', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(var_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    assert child.stdin
    assert child.stdout.readline() == b"attached\n"
    server, keeper = postmaster(var_dir), keeper_of(var_dir)
    child.kill()
    child.communicate()
    eventually(lambda: not is_running(server) and not is_running(keeper))


def test_a_killed_keeper_takes_the_servers_along_and_rows_survive(attach: Attach, var_dir: Path) -> None:
    first = attach(var_dir)
    write_row(first, "kept")
    server = postmaster(var_dir)
    kill(keeper_of(var_dir))
    eventually(lambda: not is_running(server))
    assert not first.is_alive
    first.close()

    assert read_rows(attach(var_dir)) == ["kept"]


def test_rows_survive_a_power_cut(attach: Attach, var_dir: Path) -> None:
    cut_power(attach, var_dir)
    assert read_rows(attach(var_dir)) == ["kept"]


def test_a_recycled_process_number_is_not_taken_for_the_server(attach: Attach, var_dir: Path) -> None:
    cut_power(attach, var_dir)
    with subprocess.Popen(["sleep", "60"]) as bystander:
        for pid_file in (*var_dir.glob("postgres-*/postmaster.pid"), var_dir / "sock" / ".s.PGSQL.5432.lock"):
            lines = pid_file.read_text().splitlines()
            pid_file.write_text("\n".join([str(bystander.pid), *lines[1:], ""]))
        assert read_rows(attach(var_dir)) == ["kept"]
        assert bystander.poll() is None
        bystander.kill()


def cut_power(attach: Attach, var_dir: Path) -> None:
    """Leave a row, a stale postmaster.pid and no process."""
    lease = attach(var_dir)
    write_row(lease, "kept")
    server, keeper = postmaster(var_dir), keeper_of(var_dir)
    kill(server)
    kill(keeper)
    lease.close()
    assert list(var_dir.glob("postgres-*/postmaster.pid"))


def test_a_server_that_dies_ends_the_other_and_says_so(attach: Attach, var_dir: Path) -> None:
    lease = attach(var_dir)
    kill(postmaster(var_dir))
    eventually(lambda: not lease.is_alive)
    assert "PostgreSQL died" in lease.reason_of_death()
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(lease.addresses.redis).ping()


def test_an_interrupted_first_start_is_repeated(attach: Attach, tmp_path: Path) -> None:
    half_made = tmp_path / "var" / "postgres-18.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    write_row(attach(tmp_path / "var"), "made")
    assert not half_made.exists()


def test_a_folder_too_deep_for_a_socket_works(attach: Attach, prepared_var: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    subprocess.run(["cp", "-a", prepared_var, deep / "var"], check=True)
    lease = attach(deep / "var")
    write_row(lease, "reached")
    assert read_rows(lease) == ["reached"]
    socket_dir = Path(lease.addresses.database.split("host=")[1])
    end(lease)
    assert not socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that PostgreSQL's account may not enter")
def test_a_folder_that_only_root_may_enter_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    programs = postgres.find_programs()
    wheel, installation = programs.parents[1], programs.parents[0].name
    shutil.copytree(programs.parent, home / wheel.name / installation, symlinks=True)
    if (libraries := wheel.with_suffix(".libs")).exists():
        shutil.copytree(libraries, home / libraries.name)
    monkeypatch.setattr(postgres, "find_programs", lambda: home / wheel.name / installation / "bin")
    server = postgres.Postgres(home / "var", is_throwaway=True)
    child = server.start()
    try:
        with psycopg.connect(server.superuser_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert Path(f"/proc/{child.process.pid}").stat().st_uid != 0
    finally:
        assert stop([child], seconds=10) == []


def test_roles_can_do_what_they_should_and_no_more(attach: Attach, var_dir: Path) -> None:
    lease = attach(var_dir)
    write_row(lease, "owned")
    with psycopg.connect(lease.addresses.database, autocommit=True) as connection:
        privileges = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(privileges).fetchone() == (False, False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE words")
        connection.execute("DELETE FROM words")
        connection.execute("SET ROLE tl_admin")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE tl_owner")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(lease.addresses.database.replace("tl_app", "tl_admin"))


@needs_redis
def test_redis_asks_for_its_password(attach: Attach, var_dir: Path) -> None:
    address = attach(var_dir).addresses.redis
    without = "redis://" + address.split("@")[1]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(without).ping()
    state = var_dir / "services.json"
    assert state.stat().st_mode & 0o077 == 0


def test_the_lock_file_names_its_holder(attach: Attach, var_dir: Path) -> None:
    attach(var_dir)
    assert is_held(var_dir / "keeper.lock")
    assert is_running(keeper_of(var_dir))
