"""A throwaway PostgreSQL and Redis for one run of the tests, shared by its parallel workers."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from tradelab import services

# Plain Python: their tests touch no database and don't wait for one.
PURE_FOLDERS = ("trading",)

_lease: services.Lease | None = None


def prepare(arguments: list[str]) -> None:
    """Set up the environment before settings are read; start services unless only pure tests were asked for.

    The process that starts them holds them; parallel workers inherit their addresses, and each a Redis database.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "tradelab.settings"
    os.environ["ENV_FILE"] = os.devnull
    os.environ["DATABASE_ROLE"] = "owner"
    os.environ["ALLOW_MODEL_CALLS"] = "loopback"
    os.environ["ALLOW_FEED_CALLS"] = "loopback"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        own_redis = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{int(worker[2:]) + 1}").geturl()
        os.environ["REDIS_URL"] = own_redis
        # pytest-django has read the settings already: a parallel worker inherits their name.
        settings.REDIS_URL = settings.CELERY_BROKER_URL = own_redis
    elif not wants_only_pure_tests(arguments):
        _start()


def wants_only_pure_tests(arguments: list[str]) -> bool:
    paths = [argument.split("::")[0] for argument in arguments if Path(argument.split("::")[0]).exists()]
    root = Path(__file__).resolve().parent.parent
    tops = {
        Path(path).resolve().relative_to(root).parts[:1] for path in paths if Path(path).resolve() != root
    }
    return bool(tops) and tops <= {(folder,) for folder in PURE_FOLDERS}


def _start() -> None:
    global _lease
    folder = Path(tempfile.mkdtemp(prefix="tradelab-test-"))
    folder.chmod(0o711)  # PostgreSQL may run as another account; what is inside is closed again
    os.environ["VAR_DIR"] = str(folder)
    _lease = services.attach(folder, is_throwaway=True)
    if not _lease.is_embedded:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # else its keeper does
    os.environ.update(_lease.addresses.environment())
