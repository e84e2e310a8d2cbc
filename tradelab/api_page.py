"""docs/api.md, made from the API's own description and from an example that the suite runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

EXAMPLE = "docs/examples/follow_a_run.py"
OPENING = """\
# The API

Made by `manage.py api_page` from the API's own description (`/api/v1/schema/`, OpenAPI 3). A running installation draws
it at `/api/v1/docs/`, where every address can be tried.

- **Who asks.** A browser's session, or `Authorization: Bearer tlab_…` with a token made under *API tokens*. A token has a
  scope (`read` or `trade`), an end, and can be revoked; it makes no tokens itself.
- **Errors** have one shape, `{"error": {"code", "message", "fields"}}`: 400 something makes no sense, 401 the token
  doesn't hold, 403 not yours, absent, or beyond the token's scope, 409 not now, 429 too many requests (`Retry-After`).
- **Pages** of rows are `{"next", "previous", "results"}`; follow `next`. `page_size` may be up to 500.
- **Numbers.** Money and prices that are owned or owed are decimals as text; statistics are numbers; `null` is undefined.
  Times are ISO 8601 with their offset.
- **Starting twice** is harmless with an `Idempotency-Key`.
"""


def api_page() -> str:
    """The page as Markdown."""
    schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # the package has no types
    example = (settings.BASE_DIR / EXAMPLE).read_text(encoding="utf-8")
    parts = [OPENING, f"## Start a run and follow it\n\n```python\n{example}```\n", "## Addresses\n"]
    return "\n".join([*parts, *tables(schema["paths"])])


def tables(paths: dict[str, Any]) -> list[str]:
    """One table for each kind of thing."""
    rows: dict[str, list[str]] = {}
    for path, item in paths.items():
        short = path.removeprefix("/api/v1")
        for verb, operation in item.items():
            does = " ".join(operation.get("description", "").split("\n\n")[0].split()).replace("|", "\\|")
            rows.setdefault(short.split("/")[1], []).append(f"| {verb.upper()} | `{short}` | {does} |")
    return [
        "\n".join([f"### {kind}\n", "| | address | what it does |", "|---|---|---|", *found, ""])
        for kind, found in sorted(rows.items())
    ]
