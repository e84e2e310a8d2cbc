"""How long somebody waits for a what-if: one symbol-day's decisions loaded and taken again, as they were and otherwise."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import transaction

from agents.demo import demo_create, demo_request
from agents.earned.price import Pricing
from agents.foreground import session_run
from agents.recorded import recorded_load
from agents.whatif import Terms, whatif
from agents.whatif.simulate import simulate
from core.rls import set_actor
from runs.selectors import access_run

REPEATS = 7
OTHER_FEES = Terms(execution={"fees": "bps", "fee_bps": "5"})


@dataclass(frozen=True, slots=True)
class WhatIfPace:
    """Milliseconds, the best of some repeats: the whole answer from the tables, one walk more, every gate priced."""

    steps: int
    whole: float
    one_walk: float
    pricing: float


@transaction.atomic
def whatif_pace() -> WhatIfPace:
    """Trade the demo's session and take it again. What it stores is rolled back."""
    user = demo_create()
    ran = session_run(user, demo_request(user), lambda run: None)
    set_actor(user.pk)
    run = access_run(user, ran.pk)
    recorded = recorded_load(run)
    as_it_was = simulate(recorded)
    wholes, walks, pricings = [], [], []
    for _ in range(REPEATS):
        began = time.perf_counter()
        whatif(run, OTHER_FEES).to_json()
        loaded = time.perf_counter()
        simulate(recorded, OTHER_FEES, as_it_was=as_it_was)
        walked = time.perf_counter()
        list(Pricing.of(recorded).rows())
        wholes.append(loaded - began)
        walks.append(walked - loaded)
        pricings.append(time.perf_counter() - walked)
    transaction.set_rollback(True)
    whole, walk, pricing = (round(min(times) * 1000, 1) for times in (wholes, walks, pricings))
    return WhatIfPace(run.cursor, whole, walk, pricing)
