"""What a backup holds, written beside it: whoever restores it can see that nothing is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

COUNTED = (
    "auth_user",
    "profiles_tradingmodel",
    "runs_run",
    "broker_fill",
    "reasoning_entry",
    "chat_message",
    "market_bar",
)
# Every run with the end of its log, as one number.
HEADS_SQL = """
SELECT coalesce(
    encode(sha256(convert_to(string_agg(id || ':' || log_count || ':' || log_head, E'\\n' ORDER BY id), 'UTF8')), 'hex'), ''
) FROM runs_run
"""

# Who may do what with which table, by which policies and triggers, as one number. An owner may do everything anyway.
GUARDS_SQL = """
WITH facts(fact) AS (
    SELECT format('%s %s %s', relname, pg_get_userbyid(grantee), privilege_type)
    FROM pg_class c, aclexplode(c.relacl) a WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner
  UNION ALL
    SELECT format('%s() %s %s', proname, pg_get_userbyid(grantee), privilege_type)
    FROM pg_proc p, aclexplode(p.proacl) a WHERE pronamespace = 'public'::regnamespace AND grantee <> proowner
  UNION ALL
    SELECT format('%s %s %s %s', tablename, policyname, qual, with_check) FROM pg_policies WHERE schemaname = 'public'
  UNION ALL
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
)
SELECT coalesce(
    encode(sha256(convert_to(string_agg(fact, E'\\n' ORDER BY fact COLLATE "C"), 'UTF8')), 'hex'), ''
) FROM facts
"""


class BadManifest(Exception):
    """The file beside the backup is none of ours."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Rows of the tables that matter most, a hash over the ends of all logs, and one over what guards the tables."""

    rows: Mapping[str, int]
    log_heads: str
    guards: str


@dataclass(frozen=True, slots=True)
class Manifest:
    taken_at: str
    sha256: str
    contents: Contents

    def differences(self, found: Contents) -> list[str]:
        """What a database holds otherwise than this backup, in sentences."""
        different = [
            f"{table}: {found.rows.get(table)} rows, the backup had {count}"
            for table, count in self.contents.rows.items()
            if found.rows.get(table) != count
        ]
        if found.log_heads != self.contents.log_heads:
            different.append("the runs' logs don't end as they did in the backup")
        if found.guards != self.contents.guards:
            different.append("the tables' privileges, policies or triggers are others than in the backup")
        return different


def contents_of(connection: psycopg.Connection[Any]) -> Contents:
    """Count, in the connection's transaction."""
    rows = {}
    for table in COUNTED:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert row is not None
        rows[table] = int(row[0])
    return Contents(rows, one_text(connection, HEADS_SQL), one_text(connection, GUARDS_SQL))


def one_text(connection: psycopg.Connection[Any], query: LiteralString) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def manifest_path(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.json")


def manifest_write(manifest: Manifest, archive: Path) -> None:
    manifest_path(archive).write_text(json.dumps(asdict(manifest), indent=2) + "\n")


def manifest_read(archive: Path) -> Manifest | None:
    """None where no manifest lies beside the backup. Raises BadManifest."""
    path = manifest_path(archive)
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text())
        return Manifest(told["taken_at"], told["sha256"], Contents(**told["contents"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadManifest(f"{path} should be what the backup command wrote, but: {error}") from None


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
