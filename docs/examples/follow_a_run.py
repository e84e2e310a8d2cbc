"""Start a run over the API, follow it to its end, print what came of it. Needs Python and nothing else.

    python follow_a_run.py http://127.0.0.1:8000 TOKEN SYN-ALFA 2026-11-20

The token is made under "API tokens" and needs the scope "trade".
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
import uuid
from typing import Any

SITE, TOKEN, SYMBOL, DAY = sys.argv[1:5]


def call(method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """One request. An error is raised as urllib.error.HTTPError, whose body says what was found and what is wanted."""
    request = urllib.request.Request(
        f"{SITE}/api/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


model = call("POST", "/models/", {"name": f"From a script {uuid.uuid4().hex[:6]}", "decider": "sma_cross"})
# The same key starts the same run once, however often this request is repeated.
run = call(
    "POST",
    f"/models/{model['id']}/runs/",
    {"symbols": [SYMBOL], "date_from": DAY},
    **{"Idempotency-Key": str(uuid.uuid4())},
)
print(f"Run {run['number']} is {run['state']}: {SITE}{run['url']}")

seen = 0
while run["state"] in ("queued", "running", "paused"):
    for event in call("GET", f"/runs/{run['id']}/events/?after={seen}"):
        seen = event["seq"]
        print(event["at"], event["kind"])
    time.sleep(1)
    run = call("GET", f"/runs/{run['id']}/")

statistics = call("GET", f"/runs/{run['id']}/statistics/")["values"]
print(f"Run {run['number']} {run['state']} after {run['cursor']} steps, equity {run['equity']}")
for name in ("total_return", "max_drawdown", "sharpe"):
    # null is undefined, never 0
    print(f"{name:>14}: {'—' if statistics[name] is None else round(statistics[name], 6)}")
