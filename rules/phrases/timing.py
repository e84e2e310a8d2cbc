"""What is said about times, spans and days. The first that fits is taken."""

from __future__ import annotations

from rules.phrases.patterns import (
    Phrase,
    after_open,
    before_close,
    clock,
    days,
    minutes,
    other_weekdays,
    say,
    weekdays,
)

EXCHANGE = r"(?: (?:et|est|edt|exchange time|new york(?: time)?))?"

WINDOWS: list[Phrase] = [
    *say(
        "blackout",
        "no trading in the first 5 minutes",
        r"<NEVER> <OPEN>(?: anything)?(?: in| during| within| for)? the first <SPAN>(?: of (?:the )?(?:day|session|trading|market))?",
        r"(?:avoid|skip|sit out) the first <SPAN>(?: of (?:the )?(?:day|session|trading))?",
        r"wait <SPAN> after the open(?: before <OPEN>)?",
        start="09:30",
        end=after_open(1),
    ),
    *say(
        "blackout",
        "no trading in the last 10 minutes",
        r"<NEVER> <OPEN>(?: anything)?(?: in| during| within| for)? the last <SPAN>(?: of (?:the )?(?:day|session|trading|market))?",
        r"(?:avoid|skip|sit out) the last <SPAN>(?: of (?:the )?(?:day|session|trading))?",
        r"<NEVER> <OPEN> <SPAN> before the close",
        start=before_close(1),
        end="16:00",
    ),
    *say(
        "blackout",
        "no trading over lunch",
        r"<NEVER> <OPEN>(?: anything)? (?:over|during|at|in) (?:the )?lunch(?: ?time| break| hours?)?",
        r"(?:avoid|skip|sit out) (?:the )?lunch(?: ?time| break| hours?)?",
        start="12:00",
        end="14:00",
    ),
    *say(
        "blackout",
        "no trading between 12:00 and 14:00",
        rf"<NEVER> <OPEN>(?: anything)? (?:between|from) <TIME> (?:and|to|until|till|-) <TIME>{EXCHANGE}",
        rf"(?:avoid|skip|sit out) (?:between |from )?<TIME> ?(?:and|to|until|till|-) ?<TIME>{EXCHANGE}",
        rf"blackout (?:between |from )?<TIME> ?(?:and|to|until|till|-) ?<TIME>{EXCHANGE}",
        start=clock(1),
        end=clock(2),
    ),
    *say(
        "blackout",
        "no trading before 10:00",
        rf"<NEVER> <OPEN>(?: anything)? (?:before|until|till) <TIME>{EXCHANGE}",
        rf"(?:only )?(?:start|begin) trading (?:at|after|from) <TIME>{EXCHANGE}",
        start="09:30",
        end=clock(1),
    ),
    *say(
        "no_opening_after",
        "no new positions after 15:30",
        rf"<NEVER> <OPEN>(?: anything)? (?:after|past|from) <TIME>(?: on)?{EXCHANGE}",
        rf"stop (?:trading|opening|buying|entering)(?: positions)? (?:after|at|by) <TIME>{EXCHANGE}",
        after=clock(1),
    ),
    *say(
        "trading_hours",
        "only trade between 9:30 and 10:30",
        rf"(?:only )?<OPEN>(?: only)? (?:only )?(?:between|from) <TIME> (?:and|to|until|till|-) <TIME>{EXCHANGE}(?: only)?",
        rf"trading hours?:? (?:between |from )?<TIME> ?(?:and|to|until|till|-) ?<TIME>{EXCHANGE}",
        start=clock(1),
        end=clock(2),
    ),
    *say(
        "flat_by",
        "flat by 15:55",
        rf"(?:be |go |get )?flat (?:by|at|before) <TIME>{EXCHANGE}",
        rf"(?:close|sell|exit|liquidate) (?:everything|all|all positions|every position) (?:by|at|before) <TIME>{EXCHANGE}",
        rf"(?:close|sell|exit|liquidate) (?:everything|all|all positions|every position) (?:by|at|before) <TIME>{EXCHANGE}",
        rf"<NEVER> (?:<HOLD> )?(?:anything |positions |any position )?(?:after|past|beyond) <TIME>{EXCHANGE}",
        flat_by=clock(1),
    ),
    *say(
        "flat_by",
        "flat 10 minutes before the close",
        r"(?:be |go |get )?flat <SPAN> before the (?:close|end)(?: of the (?:day|session))?",
        r"(?:close|sell|exit|liquidate) (?:everything|all|all positions|every position) <SPAN> before the (?:close|end)",
        flat_by=before_close(1),
    ),
    *say(
        "flat_by",
        "never hold overnight",
        r"<NEVER> (?:<HOLD> )?(?:anything |positions |any position |a position )?overnight(?: positions)?",
        r"no overnight (?:positions|holds|risk)",
        r"(?:be |go |end )?flat (?:by|at|before) (?:the )?(?:close|end of (?:the )?day)",
        flat_by="15:59",
    ),
]
SPANS: list[Phrase] = [
    *say(
        "max_hold",
        "hold no longer than 5 minutes",
        r"(?:<HOLD> )(?:a position |positions |anything )?(?:for )?(?:no|not|never) (?:longer|more) than <SPAN>",
        r"<HOLD> (?:a position |positions |anything )?(?:for )?<MOST> <SPAN>",
        r"<NEVER> <HOLD> (?:a position |positions |anything )?(?:for )?(?:longer|more) than <SPAN>",
        r"(?:max(?:imum)? )?hold(?:ing)?(?: time| period)?(?: of)? ?<MOST>? ?<SPAN>",
        r"(?:close|exit|sell) (?:every |each |a |any )?positions? after <SPAN>",
        minutes=minutes(1),
    ),
    *say(
        "max_hold",
        "hold no longer than 10 days",
        r"(?:<HOLD> )(?:a position |positions |anything )?(?:for )?(?:no|not|never) (?:longer|more) than <LONG>",
        r"<HOLD> (?:a position |positions |anything )?(?:for )?<MOST> <LONG>",
        r"<NEVER> <HOLD> (?:a position |positions |anything )?(?:for )?(?:longer|more) than <LONG>",
        r"(?:max(?:imum)? )?hold(?:ing)?(?: time| period)?(?: of)? ?<MOST>? ?<LONG>",
        r"(?:close|exit|sell) (?:every |each |a |any )?positions? after <LONG>",
        days=days(1),
    ),
    *say(
        "min_hold",
        "hold at least 2 days",
        r"<HOLD> (?:every |each |a |any )?(?:positions? )?(?:for )?(?:<LEAST>|longer than) <LONG>",
        r"min(?:imum)? hold(?:ing)?(?: time| period)?(?: of)? <LONG>",
        days=days(1),
    ),
    *say(
        "min_hold",
        "hold at least 15 minutes",
        r"<HOLD> (?:every |each |a |any )?(?:positions? )?(?:for )?(?:<LEAST>|longer than) <SPAN>",
        r"min(?:imum)? hold(?:ing)?(?: time| period)?(?: of)? <SPAN>",
        minutes=minutes(1),
    ),
    *say(
        "cool_down_after_stop",
        "wait 15 minutes after a stop",
        r"(?:wait|pause|cool down|rest|no trading)(?: for)? <SPAN> after (?:a|each|every|any|being) (?:stop(?:ped)?(?: ?-?loss| out)?|stopped out)",
        r"after (?:a|each|every|any|being) (?:stop(?:ped)?(?: ?-?loss| out)?|stopped out),? (?:wait|pause|cool down|rest)(?: for)? <SPAN>",
        minutes=minutes(1),
    ),
    *say(
        "only_on_weekdays",
        "only trade on Mondays and Fridays",
        r"(?:only )?(?:trade|open|buy|enter)(?: positions| anything)?(?: only)? on <DAYS>(?: only)?",
        weekdays=weekdays,
    ),
    *say(
        "only_on_weekdays",
        "no trading on Fridays",
        r"<NEVER> <OPEN>(?: anything)? on <DAYS>",
        r"<NEVER> <DAYS>",
        weekdays=other_weekdays,
    ),
]
PHRASES = [*WINDOWS, *SPANS]
