"""Reads the forms of a page as a browser would, and fills them as nobody should."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Values = dict[str, list[str]]

# What no field expects.
NASTY = (
    "",
    " ",
    "x" * 20_000,
    "9" * 400,
    "a\x00b",
    "😀",
    "\u202eevil\u200f",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "'; DROP TABLE auth_user; --",
    "../../etc/passwd",
    "-0",
    "-1",
    "NaN",
    "Infinity",
    "1e308",
    "1e-400",
    "٣",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59",
    "24:61",
    "http://[::1",
    "{",
    "[" * 2_000,
)


@dataclass
class Form:
    """A form with what it would send untouched."""

    action: str
    method: str
    values: Values = field(default_factory=dict)


class FormReader(HTMLParser):
    """Collects the forms of a page, and buttons that post by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self.form)
        if "hx-post" in found and tag != "form":
            self.forms.append(Form(found["hx-post"], "post"))
        if self.form is None:
            return
        if tag == "option" and self.select:
            self.choose(self.form.values, found)
        name = found.get("name", "")
        if name and tag in ("input", "textarea", "select", "button"):
            self.take(self.form.values, tag, name, found)

    def take(self, values: Values, tag: str, name: str, found: dict[str, str]) -> None:
        if tag == "select":
            self.select = name
            values[name] = []
        elif tag == "input" and found.get("type") in ("checkbox", "radio"):
            values.setdefault(name, []).extend([found.get("value", "on")] if "checked" in found else [])
        elif tag == "input" or name not in values:
            values[name] = [found.get("value", "")]

    def choose(self, values: Values, found: dict[str, str]) -> None:
        if "selected" in found or not values[self.select]:
            values[self.select] = [found.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = ""


def forms_in(page: str) -> list[Form]:
    reader = FormReader()
    reader.feed(page)
    return reader.forms
