"""Keys that a private installation makes for itself, once, in files that only its user can read."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


def stored_secret(path: Path) -> str:
    """Read the key kept at `path`; make one of 32 random bytes (URL-safe base64) if there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(urlsafe_b64encode(secrets.token_bytes(32)).decode())
        # Processes that start together agree on one key: whoever links first wins.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
