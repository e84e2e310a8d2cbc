from __future__ import annotations

from django.core.management import call_command


def test_the_api_describes_itself_without_a_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")
