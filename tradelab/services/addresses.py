"""Where PostgreSQL and Redis are found, and the file by which the keeper tells."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

STATE_FILE = "services.json"
DATABASE_NAME = "tradelab"


@dataclass(frozen=True)
class Addresses:
    database: str  # as the role that serves users
    migrate_database: str  # as the role that owns the tables
    redis: str

    def environment(self) -> dict[str, str]:
        """The variables that hand these addresses to another process."""
        return {
            "DATABASE_URL": self.database,
            "MIGRATE_DATABASE_URL": self.migrate_database,
            "REDIS_URL": self.redis,
        }

    def or_given(self) -> Addresses:
        """These, with those that the environment names in their place."""
        database = os.environ.get("DATABASE_URL", "")
        return replace(
            self,
            database=database or self.database,
            migrate_database=os.environ.get("MIGRATE_DATABASE_URL", "") or database or self.migrate_database,
            redis=os.environ.get("REDIS_URL", "") or self.redis,
        )


def socket_url(role: str, socket_dir: Path, database: str = DATABASE_NAME) -> str:
    return f"postgresql://{role}@/{database}?host={quote(str(socket_dir))}"


def known_urls(var_dir: Path) -> Addresses:
    """What the keeper of `var_dir` last told; while none runs, addresses at which nobody answers."""
    try:
        told = json.loads((var_dir / STATE_FILE).read_text())
    except FileNotFoundError:
        socket_dir = var_dir / "sock"
        return Addresses(
            database=socket_url("tl_app", socket_dir),
            migrate_database=socket_url("tl_owner", socket_dir),
            redis="redis://127.0.0.1:6379/0",
        )
    return Addresses(**told)


def tell(var_dir: Path, addresses: Addresses) -> None:
    """Write the file at once and whole; it holds a password, so only its owner may read it."""
    draft = var_dir / f"{STATE_FILE}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(addresses), file, indent=2)
    draft.replace(var_dir / STATE_FILE)
