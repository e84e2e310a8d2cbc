"""Starting many runs at once over the API of several web processes, any of which may be killed meanwhile."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

AT_ONCE = 20
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Order:
    """A run to start; its key makes that happen once, however often it is asked for."""

    model_id: int
    key: str
    body: dict[str, Any]


def runs_start(sites: Sequence[str], token: str, orders: Sequence[Order]) -> list[int]:
    """Ask for all of them at once, turn by turn of each site, until each is accepted; return the runs' ids."""

    def start(numbered: tuple[int, Order]) -> int:
        turn, order = numbered
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return asked(sites[turn % len(sites)], token, order)
            except urllib.error.HTTPError as error:
                if error.code < 500 or time.monotonic() > deadline:
                    raise RuntimeError(f"{order.key}: {error.code} {error.read().decode()[:300]}") from None
            except OSError:  # a site that is down, or was killed before it answered
                if time.monotonic() > deadline:
                    raise
            turn += 1
            time.sleep(0.2)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(start, enumerate(orders)))


def asked(site: str, token: str, order: Order) -> int:
    request = urllib.request.Request(  # noqa: S310  (our own site)
        f"{site}/api/v1/models/{order.model_id}/runs/",
        data=json.dumps(order.body).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": order.key,
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (our own site)
        return int(json.load(answer)["id"])
