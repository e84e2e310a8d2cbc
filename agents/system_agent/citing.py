"""Citations of an answer as links. What a model wrote leads nowhere but to what the tools of its turn named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)|!\[([^\]]*)\]\[[^\]]*\]")
LINK = re.compile(r"\[([^\[\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
DEFINITION = re.compile(r"^[ \t]{0,3}\[[^\]]+\]:[^\n]*$", re.MULTILINE)
ADDRESS = re.compile(r"<?\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\])]*>?|\bwww\.[^\s<>\])]+", re.IGNORECASE)
CITE = re.compile(r"\[((?:run \d+ )?step \d+|run \d+)\](?!\(|\[|:)", re.IGNORECASE)
GONE = "(address left out)"


def cited(text: str, results: Iterable[Mapping[str, Any]]) -> str:
    """Turn `[run 3 step 14]` into a link where a tool named that decision; leave out every other link and image."""
    addresses = addresses_in(results)
    known = set(addresses.values())

    def keep(match: re.Match[str]) -> str:
        words, url = match[1], match[2]
        return match[0] if url in known else words

    def cite(match: re.Match[str]) -> str:
        url = addresses.get(named(match[1], addresses))
        return f"[{match[1]}]({url})" if url else match[1]

    text = IMAGE.sub(lambda match: match[1] or match[2] or "", text)
    text = DEFINITION.sub("", text)
    text = ADDRESS.sub(GONE, text)
    text = LINK.sub(keep, text)
    return CITE.sub(cite, text)


def named(words: str, addresses: Mapping[str, str]) -> str:
    """A decision may be cited without its run where only one run can be meant."""
    wanted = " ".join(words.lower().split())
    if wanted in addresses or not wanted.startswith("step"):
        return wanted
    ends = [name for name in addresses if name.endswith(f" {wanted}")]
    return ends[0] if len(ends) == 1 else wanted


def addresses_in(results: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Everything that the payloads cite or link, by its name in lower case."""
    found: dict[str, str] = {}
    for payload in results:
        for link in payload.get("links", ()):
            found.setdefault(link["text"].lower(), link["url"])
        for table in payload.get("tables", ()):
            for cite, url in zip(table["cites"], table["urls"], strict=False):
                if cite and url:
                    found.setdefault(cite.lower(), url)
    return found
