"""How an answer looks: Markdown, numbers that lead to what says them, and cards drawn from results."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils.html import escape

from agents.tools.payload import Unit
from chat.rendering.cards import card_of, found_of
from chat.rendering.cells import written
from chat.rendering.lines import HEIGHT, WIDTH
from chat.rendering.links import page_link
from chat.rendering.markdown import markdown_html
from chat.rendering.numbers_marked import Mark, numbers_marked
from chat.tests.factories import PAYLOAD


def test_markdown_becomes_what_it_says() -> None:
    html = markdown_html(
        "# Big\n\nA **b** _c_ `d` ~~e~~\n\n3. x\n4. y\n\n> q\n\n```py\nz < 1\n```\n\n---\n[run 3](/models/1/r/3/)"
    )
    for part in (
        "<h3>Big</h3>", "<strong>b</strong> <em>c</em> <code>d</code> <s>e</s>", '<ol start="3">', "<li>x</li>",
        "<blockquote>", "<pre><code>z &lt; 1\n</code></pre>", "<hr>", '<a href="/models/1/r/3/">run 3</a>',
    ):  # fmt: skip
        assert part in html


def test_tables_scroll_and_align_numbers() -> None:
    html = markdown_html("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<td class="num">2</td>' in html


def test_images_are_their_words_and_foreign_links_show_where_they_lead() -> None:
    html = markdown_html("![a chart](https://evil.example/x.png) [offer](https://evil.example/y)")
    assert html.strip() == "<p>a chart offer (https://evil.example/y)</p>"


@pytest.mark.parametrize(
    "url",
    [
        "/models/../logout/",
        "/models/%2e%2e/logout/",
        "/chat/%2E./tokens/",
        "/models/%2f%2fevil.example/",
        "/models/%5c%5cevil.example/",
        "//models/evil.example",
    ],
)
def test_a_link_leads_out_of_no_folder(url: str) -> None:
    assert "<a " not in markdown_html(f"[here]({url})")
    assert page_link(url) is None
    assert page_link("/models/1/r/2/?tab=decisions&q=a%20b#step-3") is not None


def test_a_text_beyond_measure_is_shown_as_it_is() -> None:
    html = markdown_html("*x* " * 20_000)
    assert html.startswith("<pre><code>*x* ")


@pytest.mark.parametrize("text", ["[" * 30_000, "![" * 15_000, "[a](" * 7_500, "](" * 15_000, "#" * 30_000])
def test_long_nonsense_is_rendered_in_time(text: str) -> None:
    began = time.monotonic()
    assert markdown_html(text)
    assert numbers_marked(markdown_html(f"{text} 42"), f"{text} 42", [Mark(len(text) + 1, len(text) + 3)])
    assert time.monotonic() - began < 3


def marked(source: str, *tokens: tuple[str, str], occurrence: int = 0) -> str:
    marks = []
    for token, card in tokens:
        start = -1
        for _ in range(occurrence + 1):
            start = source.index(token, start + 1)
        marks.append(Mark(start, start + len(token), card))
    return numbers_marked(markdown_html(source), source, marks)


def test_a_verified_number_leads_to_its_card_and_another_is_called_unverified() -> None:
    html = marked("Lost **$84.20** in 5 trades.", ("$84.20", "card-1-a"), ("5", ""))
    assert '<strong><a class="number-verified" href="#card-1-a">$84.20</a></strong>' in html
    assert '5<span class="sr-only"> (unverified)</span></span> trades' in html


def test_only_the_number_that_was_meant_is_marked() -> None:
    source = "Step 34: 34 trades, 34.5 and 134 of [34](/models/1/r/34/).\n\n34. item"
    html = marked(source, ("34", "card-1-a"), occurrence=1)
    assert html.count("number-verified") == 1
    assert 'Step 34: <a class="number-verified" href="#card-1-a">34</a> trades, 34.5 and 134' in html


def test_a_number_in_words_is_marked_where_it_is_a_word_of_its_own() -> None:
    html = marked(
        "Often ten trades, threefold or three trades.", ("ten trades"[:3], ""), ("three", "c1"), occurrence=1
    )
    assert html.count("number-unverified") == 1
    assert 'Often <span class="number-unverified"' in html
    assert 'or <a class="number-verified" href="#c1">three</a> trades' in html


def test_a_number_in_a_table_in_code_and_after_markup_is_found() -> None:
    for source in ("| a |\n|--:|\n| 7.25 |", "`7.25`", "*it was* 7.25", "> 7.25", "- 7.25"):
        assert "number-verified" in marked(source, ("7.25", "card-1-a")), source


def test_a_number_in_a_link_stays_the_link() -> None:
    html = marked("[12 trades](/models/1/r/3/)", ("12", "card-1-a"))
    assert html.strip() == '<p><a href="/models/1/r/3/">12 trades</a></p>'


def test_a_number_torn_apart_by_formatting_stays_unmarked() -> None:
    html = marked("1*2*3 and 45", ("45", "card-1-a"))
    assert "number-verified" in html
    source = "**$84**.20"
    html = numbers_marked(markdown_html(source), source, [Mark(2, 10, "card-1-a")])
    assert "number-verified" not in html


def test_texts_keep_their_characters_when_numbers_are_marked() -> None:
    source = "a < b & c > \"d\" 'e' 5"
    assert escape("a < b & c >") in marked(source, ("5", ""))


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("-84.2", Unit.MONEY, "−$84.20"),
        (0.4, Unit.PERCENT, "40.00 %"),
        (0.031, Unit.DRAWDOWN, "3.10 %"),
        ("145.325", Unit.PRICE, "145.325"),
        (1.266, Unit.RATIO, "1.27"),
        (1234, Unit.COUNT, "1,234"),
        ("-20", Unit.QUANTITY, "−20"),
        (200, Unit.SECONDS, "3 min 20 s"),
        ("2026-03-10", Unit.DATE, "Tue 10 Mar 2026"),
        (True, Unit.FLAG, "yes"),
        (False, Unit.FLAG, "no"),
        (None, Unit.MONEY, "—"),
        ("not a number", Unit.MONEY, "not a number"),
        ("not a time", Unit.TIME, "not a time"),
        ("<b>", Unit.TEXT, "<b>"),
        (5, "a unit of tomorrow", "5"),
        ("NaN", Unit.RATIO, "—"),
    ],
)
def test_values_are_written_by_their_unit(value: Any, unit: str, shown: str) -> None:
    assert written(value, unit).replace("\u202f", " ") == shown


def test_a_time_is_a_moment_of_the_exchange() -> None:
    assert "10 Mar 2026" in written("2026-03-10T14:04:00+00:00", Unit.TIME)


def test_a_card_says_what_was_asked_and_what_was_found() -> None:
    call = {"id": "c1", "tool": "analyze_trades", "arguments": {"which": "losing", "symbols": ["A", "B"]}}
    waiting = card_of("card-1-c1", call, None)
    assert (waiting.title, waiting.is_done, waiting.found) == ("Analyze trades", False, None)
    assert waiting.arguments == [("Which", "losing"), ("Symbols", "A, B")]
    done = card_of("card-1-c1", call, {"payload": PAYLOAD, "rows": 2, "duration_ms": 12, "error": None})
    assert done.found is not None
    (table,) = done.found.tables
    assert [cell.text for cell in table.columns] == ["Closed", "Symbol", "Profit or loss"]
    assert [(row[1].text, row[2].text, row[2].is_number) for row in table.rows] == [
        ("TEST", "−$50.10", True),
        ("TEST", "−$34.10", True),
    ]
    assert table.rows[0][0].url == "/models/1/r/3/?tab=decisions&step=34"
    assert table.left_out == 5


def test_what_hides_or_turns_characters_is_seen() -> None:
    call = {"id": "c1", "tool": "get_bars", "arguments": {"symbol": "A‮B"}}
    assert card_of("card-1-c1", call, None).arguments == [("Symbol", "A�B")]
    fact = {"key": "a", "label": "Name", "value": "x​y", "unit": "text"}
    assert found_of({"title": "x", "facts": [fact]}).facts[0][1].text == "x�y"


def test_a_line_fills_its_picture() -> None:
    points = [
        ["2026-03-10T14:00:00+00:00", 10.0],
        ["2026-03-10T14:30:00+00:00", 30.0],
        ["2026-03-10T15:00:00+00:00", 20.0],
    ]
    series = {"title": "Equity", "unit": "money", "points": points}
    (picture,) = found_of({"title": "x", "series": [series]}).pictures
    (line,) = picture.lines
    assert line.points == f"0.0,{HEIGHT}.0 {WIDTH / 2},0.0 {WIDTH}.0,{HEIGHT / 2}"
    assert (line.first, line.last, picture.lowest, picture.highest) == (
        "$10.00",
        "$20.00",
        "$10.00",
        "$30.00",
    )
    same = {"title": "x", "unit": "ratio", "points": [points[0], points[0]]}
    assert found_of({"series": [same]}).pictures[0].lines[0].points == f"0.0,{HEIGHT}.0 0.0,{HEIGHT}.0"


def test_lines_of_one_unit_and_time_share_a_picture_and_its_scale() -> None:
    def series(title: str, unit: str, day: int, *values: float) -> dict[str, object]:
        points = [[f"2026-03-{day}T14:0{minute}:00+00:00", value] for minute, value in enumerate(values)]
        return {"title": title, "unit": unit, "points": points}

    found = found_of(
        {
            "series": [
                series("As it was", "money", 10, 10, 20),
                series("What-if", "money", 10, 0, 40),
                series("Drawdown", "drawdown", 10, 0, 0.5),
                series("Another day", "drawdown", 11, 0, 0.5),
                series("A point", "money", 10, 1),
            ]
        }
    )
    assert [[line.title for line in picture.lines] for picture in found.pictures] == [
        ["As it was", "What-if"],
        ["Drawdown"],
        ["Another day"],
    ]
    together = found.pictures[0]
    assert [line.points for line in together.lines] == ["0.0,90.0 560.0,60.0", "0.0,120.0 560.0,0.0"]
    assert (together.lowest, together.highest) == ("$0.00", "$40.00")
    assert "What-if: from $0.00 to $40.00" in together.words
