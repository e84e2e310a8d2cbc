"""Markdown of a model as HTML that can only be looked at: no scripts, no handlers, no styles, no requests.

Three layers: raw HTML is never read as such, what is written goes through an allow-list, and templates put it where
htmx does not look.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from chat.rendering.links import page_link

LONGEST = 30_000  # characters; more is shown as it is
MOST_BRACKETS = 5_000  # and so is what opens more: each would be looked at again for every other
TAGS = {
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h3",
    "h4",
    "h5",
    "h6",
}
TAGS |= {"a", "div", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"class"}, "td": {"class"}, "div": {"class", "tabindex"}}
CLASSES = {"th": {"num"}, "td": {"num"}, "div": {"table-scroll"}}
# Characters that turn the direction of what follows, or show nothing: they can make a text look like another.
HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


class Renderer(RendererHTML):
    """Headings stand below those of the page, images are their words, tables scroll."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<h{heading_level(tokens[idx])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</h{heading_level(tokens[idx])}>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escape(tokens[idx].content)

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table-scroll" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return cell(tokens[idx])

    td_open = th_open

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        href = page_link(tokens[idx].attrGet("href"))
        return f'<a href="{escape(href)}">' if href else ""

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Where a link leads elsewhere, the address is shown and can't be followed by mistake."""
        opened = next(token for token in reversed(tokens[:idx]) if token.type == "link_open")
        href = str(opened.attrGet("href") or "")
        if page_link(href):
            return "</a>"
        return "" if opened.info == "auto" else f" ({escape(href)})"


def heading_level(token: Token) -> int:
    return min(6, int(token.tag[1]) + 2)


def cell(token: Token) -> str:
    is_right = "right" in str(token.attrGet("style") or "")
    return f'<{token.tag} class="num">' if is_right else f"<{token.tag}>"


def attribute_kept(tag: str, name: str, value: str) -> str | None:
    """The last word on every attribute."""
    if name == "href":
        return page_link(value)
    if name == "class":
        return value if value in CLASSES.get(tag, ()) else None
    return value if value.isdecimal() and len(value) < 7 else None


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)
_markdown.enable(["table", "strikethrough"])
_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=set(),
    attributes=ATTRIBUTES,
    attribute_filter=attribute_kept,
    url_schemes=set(),
    link_rel=None,
    strip_comments=True,
)


def markdown_html(text: str) -> SafeString:
    """The HTML of a text that somebody else wrote."""
    shown = visible(text)
    if len(shown) > LONGEST or shown.count("[") > MOST_BRACKETS:
        return mark_safe(f"<pre><code>{escape(shown)}</code></pre>")  # noqa: S308  (escaped)
    return mark_safe(_cleaner.clean(_markdown.render(shown)))  # noqa: S308  (cleaned)


def visible(text: str) -> str:
    """Without characters that hide or turn others, or are none; of the same length, so that positions stay."""
    return HIDDEN.sub("\ufffd", text)
