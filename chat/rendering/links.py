"""Which addresses in an answer may be followed: pages of this site. A model can be talked into any other."""

from __future__ import annotations

import re

# Pages only: nothing that downloads or logs out, and no address that a browser reads as another host's.
PAGE = re.compile(r"/(?:models|runs|chat|market|compare)/[\w\-./?=&%#:,+~]*", re.ASCII)


def page_link(url: object) -> str | None:
    """The address if it is one of our pages."""
    return (
        url if isinstance(url, str) and PAGE.fullmatch(url) and "//" not in url and ".." not in url else None
    )
