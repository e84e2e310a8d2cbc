"""Parameters of a decider on the command line: `--param name=value`, any number of times."""

from __future__ import annotations

from django.core.management.base import CommandError


def params_of(pairs: list[str]) -> dict[str, str]:
    """Raises CommandError for what is no name=value."""
    params = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise CommandError(f"A parameter should look like name=value, was {pair!r}")
        params[name] = value
    return params
