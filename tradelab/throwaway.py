"""Running a command in an installation of its own, with services and tables that go with its folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

MARK = "BENCH_INSTALLATION"  # set in the process that runs in it
OWN_SERVICES = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL")


def is_inside() -> bool:
    """Whether this process runs in such an installation."""
    return os.environ.get(MARK) == str(settings.VAR_DIR)


def run_inside(name: str, arguments: Sequence[str]) -> None:
    """Run a management command there. Raises CommandError when it fails."""
    with tempfile.TemporaryDirectory(prefix="tradelab-bench-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another account
        environment = {name: text for name, text in os.environ.items() if name not in OWN_SERVICES}
        var_dir = str(Path(folder).resolve() / "var")
        environment |= {"VAR_DIR": var_dir, MARK: var_dir, "ENV_FILE": os.devnull, "DATABASE_ROLE": "app"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), name, *arguments]
        result = subprocess.run(command, env=environment, check=False)  # noqa: S603  (our own program)
    if result.returncode:
        raise CommandError("The measurement failed; see above.")
