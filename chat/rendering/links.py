"""Which addresses in an answer may be followed: pages of this site. A model can be talked into any other."""

from __future__ import annotations

import re
from urllib.parse import unquote

# Pages only: nothing that downloads or logs out, and no address that a browser reads as another host's.
PAGE = re.compile(r"/(?:models|runs|chat|market|compare)/[\w\-./?=&%#:,+~]*", re.ASCII)


def page_link(url: object) -> str | None:
    """The address if it is one of our pages."""
    if not isinstance(url, str) or not PAGE.fullmatch(url):
        return None
    read = unquote(url)  # as a browser reads it, to which %2e%2e leads upwards too
    return None if any(part in read for part in ("//", "..", "\\")) else url
