"""The file of a run's log: one JSON object a line, the seal first, then the records, each after the calls it stands on.

Plain Python, no database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reasoning.chain import ORIGIN, digest_or_none
from reasoning.ties import Tie, tie_found
from reasoning.verify import Seal, Verification, verify

FORMAT = "tradelab-log-1"


class BadLogFile(Exception):
    """The file is no exported log; the message says at which line, what was found and what is wanted."""


def header_line(seal: Seal, about: Mapping[str, Any], snapshot: Mapping[str, Any]) -> str:
    """The first line: what the log has to match, and the configuration that its origin names by hash."""
    header = {
        "format": FORMAT,
        "origin": dict(seal.origin),
        "count": seal.count,
        "head": seal.head,
        "about": about,
        "snapshot": snapshot,
    }
    return json.dumps(header, ensure_ascii=False)


def file_verify(lines: Iterable[str]) -> tuple[Mapping[str, Any], Verification]:
    """Check an exported log; return its first line and the finding. Raises BadLogFile for what is none."""
    parsed = objects(lines)
    header = next(parsed, None)
    seal = seal_of(header)
    assert header is not None
    if digest_or_none(header.get("snapshot")) != seal.origin["snapshot_hash"]:
        return header, Verification(0, 0, "The snapshot was changed: it doesn't give the hash of the origin.")
    calls: dict[int, Tie] = {}
    return header, verify(seal, records_of(parsed, calls), lambda record: calls)


def records_of(parsed: Iterable[dict[str, Any]], calls: dict[int, Tie]) -> Iterator[dict[str, Any]]:
    """The records of a file; the calls before each are put into `calls` by their number."""
    for found in parsed:
        if "call" in found:
            number = found["call"]
            if not isinstance(number, int):
                raise BadLogFile(f"A call should have its number, has {str(number)[:40]!r}.")
            calls[number] = tie_found(number, found.get("request") or {}, str(found.get("answer")))
        else:
            yield found


def objects(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_constant=refuse)
        except (ValueError, RecursionError) as error:
            raise BadLogFile(f"Line {number} should be a JSON object: {error}.") from None
        if not isinstance(found, dict):
            raise BadLogFile(f"Line {number} should be a JSON object, is a {type(found).__name__}.")
        yield found


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def seal_of(header: Mapping[str, Any] | None) -> Seal:
    if header is None or header.get("format") != FORMAT:
        raise BadLogFile(f'The first line should say "format": "{FORMAT}".')
    origin, count, head = header.get("origin"), header.get("count"), header.get("head")
    if not isinstance(origin, dict) or not set(ORIGIN) <= set(origin):
        raise BadLogFile(f"The first line should have an origin with {', '.join(ORIGIN)}.")
    if not isinstance(count, int) or not isinstance(head, str):
        raise BadLogFile("The first line should have a count of records and the hash of the last as head.")
    return Seal(origin, count, head)
