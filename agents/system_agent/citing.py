"""Citations of an answer as links. What a model wrote leads nowhere but to what the tools of its turn named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# All of bounded length, so that no nonsense takes long to read.
INSIDE = r"\(((?:[^()]|\([^()]{0,200}\)){0,600})\)"
IMAGE = re.compile(rf"!\[([^\[\]]{{0,400}})\](?:{INSIDE}|\[[^\[\]]{{0,200}}\])")
LINK = re.compile(rf"\[([^\[\]]{{0,400}})\]{INSIDE}")
DEFINITION = re.compile(r"^[ \t]{0,3}\[[^\]]{1,300}\]:[^\n]*$", re.MULTILINE)
ADDRESS = re.compile(r"<?\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\])]*>?|\bwww\.[^\s<>\])]+", re.IGNORECASE)
CITE = re.compile(r"\[((?:run \d+ )?step \d+|run \d+(?: of [^\[\]\n]{1,200})?)\](?!\(|\[|:)", re.IGNORECASE)
KEPT = re.compile(
    "\ue000(\\d+)\ue001"
)  # stands for a link that stays; such characters are cleaned away before
GONE = "(address left out)"


def cited(text: str, results: Iterable[Mapping[str, Any]]) -> str:
    """Turn `[run 3 step 14]` into a link where a tool named that decision; leave out every other link and image."""
    named_in = names_in(results)
    known = {url for urls in named_in.values() for url in urls}
    addresses = {name: next(iter(urls)) for name, urls in named_in.items() if len(urls) == 1}
    kept = list[str]()

    def keep(link: str) -> str:
        kept.append(link)
        return f"\ue000{len(kept) - 1}\ue001"

    def link(match: re.Match[str]) -> str:
        return keep(match[0]) if match[2].strip() in known else match[1]

    def cite(match: re.Match[str]) -> str:
        url = addresses.get(named(match[1], named_in))
        return keep(f"[{match[1]}]({url})") if url else match[1]

    text = DEFINITION.sub("", IMAGE.sub(r"\1", KEPT.sub("", text)))
    text = CITE.sub(cite, LINK.sub(link, ADDRESS.sub(GONE, text)))
    text = text.replace("](", "] (")  # what could not be read as a link is none
    return KEPT.sub(lambda match: kept[int(match[1])], text)


def named(words: str, names: Iterable[str]) -> str:
    """A decision may be cited without its run where only one run can be meant."""
    wanted = " ".join(words.lower().split())
    if not wanted.startswith("step"):
        return wanted
    ends = [name for name in names if name.endswith(f" {wanted}")]
    return ends[0] if len(ends) == 1 else wanted


def names_in(results: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Everything that the payloads cite or link, by its name in lower case.

    A name that stands for several things, as “run 1” of two Models, leads to none of them.
    """
    found: dict[str, set[str]] = {}
    for payload in results:
        for link in payload.get("links", ()):
            found.setdefault(link["text"].lower(), set()).add(link["url"])
        for table in payload.get("tables", ()):
            for cite, url in zip(table["cites"], table["urls"], strict=False):
                if cite and url:
                    found.setdefault(cite.lower(), set()).add(url)
    return found
