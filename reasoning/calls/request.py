"""Requests taken apart for storage and put together again: what many of them share is kept once."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reasoning.chain import canonical, digest

# Parts of a request that hold a JSON schema: large, and the same in every request of a run.
SCHEMAS = ("response_format", "tools")


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request in pieces. In the skeleton `{"part": hash}`, `{"json": hash}` and `{"text": index}` stand for texts."""

    skeleton: dict[str, Any]
    parts: Mapping[str, str]  # shared texts by their hash
    texts: Sequence[str]  # of this request alone


def dismantle(body: Mapping[str, Any], stable: Collection[int]) -> StoredRequest:
    """Take a request apart; `stable` are the positions of messages that other requests share."""
    skeleton = dict(body)
    parts: dict[str, str] = {}
    texts: list[str] = []

    def share(text: str) -> str:
        key = sha256(text.encode()).hexdigest()
        parts[key] = text
        return key

    def replace(index: int, message: Mapping[str, Any]) -> dict[str, Any]:
        if index in stable:
            return {**message, "content": {"part": share(message["content"])}}
        texts.append(message["content"])
        return {**message, "content": {"text": len(texts) - 1}}

    skeleton["messages"] = [replace(index, message) for index, message in enumerate(body["messages"])]
    for name in SCHEMAS:
        if name in body:
            skeleton[name] = {"json": share(canonical(body[name]).decode())}
    return StoredRequest(skeleton, parts, texts)


def rebuild(stored: StoredRequest) -> dict[str, Any]:
    """Put a request together exactly as it was sent. Raises KeyError when a part is missing."""
    body = deepcopy(stored.skeleton)
    for message in body["messages"]:
        reference = message["content"]
        message["content"] = (
            stored.parts[reference["part"]] if "part" in reference else stored.texts[reference["text"]]
        )
    for name in SCHEMAS:
        if name in body:
            body[name] = json.loads(stored.parts[body[name]["json"]])
    return body


def part_hashes(skeleton: Mapping[str, Any]) -> set[str]:
    """The parts that a stored request needs."""
    found = {message["content"].get("part") for message in skeleton["messages"]}
    found |= {skeleton[name]["json"] for name in SCHEMAS if name in skeleton}
    return {key for key in found if key}


def request_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of a request's canonical JSON."""
    return digest(dict(body))


def packed(text: str) -> bytes:
    return zlib.compress(text.encode(), 6)


def unpacked(data: bytes | memoryview) -> str:
    return zlib.decompress(data).decode()
