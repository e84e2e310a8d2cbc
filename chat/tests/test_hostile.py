"""Hostile texts, wherever they come from, are shown as text: no script, no request, no crash."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.system_agent import events
from chat.export import as_json, as_markdown
from chat.models import Turn, TurnState
from chat.rendering.cards import card_of
from chat.rendering.links import page_link
from chat.rendering.markdown import markdown_html
from chat.rendering.numbers_marked import Mark, numbers_marked
from chat.search import conversations_found
from chat.services import conversation_rename, message_send
from chat.services.sending import MOST_CHARACTERS
from chat.tests.factories import answer_with, conversation_of
from chat.tests.hostile import TEXTS, alive
from chat.titles import MOST_TITLE

NAMES = [f"{number}: {text[:24]!r}" for number, text in enumerate(TEXTS)]
each = pytest.mark.parametrize("text", TEXTS, ids=NAMES)
MOST_SECONDS = 3.0
AT_ONCE = 12


def test_there_are_enough() -> None:
    assert len(set(TEXTS)) >= 60


@each
def test_markdown_does_nothing(text: str) -> None:
    began = time.monotonic()
    html = markdown_html(text)
    assert alive(html) == []
    assert time.monotonic() - began < MOST_SECONDS
    assert "evil.example" not in "".join(attribute_values(html))


@each
def test_marking_numbers_brings_nothing_to_life(text: str) -> None:
    source = f"{text} 12.5 {text} 7"
    marks = [
        Mark(source.index("12.5"), source.index("12.5") + 4, "card-1-c1"),
        Mark(len(source) - 1, len(source)),
    ]
    assert alive(numbers_marked(markdown_html(source), source, marks)) == []


def attribute_values(html: str) -> list[str]:
    class Reader(HTMLParser):
        found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [str(value) for _, value in attrs]

    reader = Reader()
    reader.found = []
    reader.feed(html)
    return reader.found


def said_of(text: str) -> list[events.TurnEvent]:
    """The same text in every place where an analyst or a tool can put one."""
    payload = {
        "title": text,
        "about": [{"key": text, "label": text, "value": text, "unit": "text"}],
        "facts": [
            {"key": "a", "label": text, "value": text, "unit": unit}
            for unit in ("money", "time", "flag", text)
        ],
        "tables": [
            {
                "title": text,
                "columns": [
                    {"key": "a", "label": text, "unit": "text"},
                    {"key": "b", "label": text, "unit": "price"},
                ],
                "rows": [[text, text], [text, None]],
                "total": 2,
                "urls": [text, "javascript:alert(1)"],
                "cites": [text, None],
            }
        ],
        "series": [],
        "links": [{"text": text, "url": text}],
        "notes": [text],
    }
    return [
        events.TextDelta(text),
        events.TextEnd(text),
        events.ToolCall(text, text, {text: text, "list": [text]}),
        events.ToolResult(text, text, payload, rows=2, duration_ms=1),
        events.ToolCall(f"{text}2", "get_bars", {}),
        events.ToolResult(f"{text}2", "get_bars", {}, error=text),
        events.Proposal(
            "p", "rule", 1, text, {"name": text}, (f"+ {text}", f"- {text}", text), (text,), payload
        ),
    ]


def told(user: User, texts: list[str]) -> Turn:
    """A conversation with these texts in every place; a question is asked as long as it may be."""
    turn = message_send(user, text=f"Q {' '.join(texts)}"[:MOST_CHARACTERS]).turn
    said = [event for text in texts for event in said_of(text)]
    return answer_with(turn, [*said, events.Failure("provider_error", texts[0]), events.Done(True)])


def skeleton(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element of a page with the names of its attributes: what the page can do, without what it says."""

    class Reader(HTMLParser):
        found: list[tuple[str, tuple[str, ...]]] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if (
                tag
                not in (
                    "p",
                    "br",
                    "strong",
                    "em",
                    "code",
                    "pre",
                    "blockquote",
                    "s",
                    "h3",
                    "h4",
                    "table",
                    "tr",
                    "td",
                    "th",
                    "thead",
                    "tbody",
                    "hr",
                    "span",
                    "title",
                    "time",
                    "mark",
                )
                or attrs
            ):
                self.found.append((tag, tuple(name for name, _ in attrs)))

    reader = Reader()
    reader.found = []
    reader.feed(page)
    return [item for item in reader.found if item not in FORMATTING]


# What Markdown and the cells of tables may become.
FORMATTING = [
    ("a", ()),
    ("a", ("href",)),
    ("div", ("class", "tabindex")),
    ("td", ("class",)),
    ("th", ("class",)),
    ("ol", ()),
    ("ul", ()),
    ("li", ()),
]
FORMATTING += [("span", ("class",)), ("ol", ("start",)), ("time", ("datetime",))]


@pytest.mark.parametrize("group", range(0, len(TEXTS), AT_ONCE))
def test_a_page_can_do_no_more_with_them_than_without(alice: User, alice_client: Client, group: int) -> None:
    texts = TEXTS[group : group + AT_ONCE]
    harmless, turn = told(alice, [f"harmless {text}" for text in range(len(texts))]), told(alice, texts)
    assert turn.state == TurnState.FAILED

    def page(one: Turn) -> str:
        assert alice_client.get(f"/chat/{one.conversation_id}/").status_code == 200
        found = alice_client.get(f"/chat/{one.conversation_id}/part/")
        return str(found.content.decode())

    assert skeleton(page(turn)) == skeleton(page(harmless))
    conversation = conversation_of(turn)
    assert as_json(conversation)
    assert as_markdown(conversation)
    assert alice_client.get(f"/api/v1/conversations/{turn.conversation_id}/messages/").status_code == 200


def test_search_and_titles_take_them_as_words(alice: User, alice_client: Client) -> None:
    turn = message_send(alice, text=f"Why? {' '.join(TEXTS[:40])}").turn
    for text in TEXTS:
        if len(text) <= MOST_TITLE and text.isprintable():
            conversation_rename(alice, turn.conversation_id, title=text)
        for hit in conversations_found(alice, text):
            assert alive(str(hit.snippet)) == []


@pytest.mark.parametrize(
    ("url", "is_page"),
    [
        ("/models/1/r/3/?tab=decisions&step=34#decision", True),
        ("/chat/7/", True),
        ("/market/SPY/", True),
        ("/logout/", False),
        ("/admin/", False),
        ("/api/v1/runs/", False),
        ("//evil.example/models/", False),
        ("/models//evil.example", False),
        ("/models/../logout/", False),
        ("/models/1/ onclick=x", False),
        ("/models/\n", False),
        ("https://evil.example/models/1/", False),
        ("", False),
        (None, False),
    ],
)
def test_only_pages_of_this_site_are_links(url: str | None, is_page: bool) -> None:
    assert (page_link(url) == url and url is not None) is is_page


def test_a_forged_tool_is_a_card_with_its_error_and_nothing_else() -> None:
    call = {"id": "x", "tool": "place_order", "arguments": {"quantity": 1000}}
    result = {
        "id": "x",
        "tool": "place_order",
        "payload": {},
        "rows": 0,
        "duration_ms": 0,
        "error": "There is no tool 'place_order'.",
    }
    card = card_of("card-1-x", call, result)
    assert (card.title, card.error, card.found) == ("Place order", "There is no tool 'place_order'.", None)
