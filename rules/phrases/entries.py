"""What is said about entries, exits, symbols, directions and emergencies. The first that fits is taken."""

from __future__ import annotations

from rules.phrases.patterns import Phrase, entries, named, number, say

EXITS: list[Phrase] = [
    *say(
        "stop_loss_atr",
        "stop loss at 2 x ATR",
        r"stop(?: ?-?loss)?(?: at| of)? (\d+(?:\.\d+)?) ?(?:x|times|×)? ?atr",
        multiple=number(),
    ),
    *say(
        "trailing_stop",
        "trailing stop 2% once up 5%",
        r"(?:trailing stop|trail)(?: at| of| by)? <PCT>,? (?:once|after|when|if) (?:it is |it's |i am |i'm )?(?:up|\+|gains?|a gain of|ahead) ?(?:by )?<PCT>",
        trail_percent=number(1),
        arm_percent=number(2),
    ),
    *say(
        "trailing_stop",
        "trailing stop 2%",
        r"(?:trailing stop(?: ?-?loss)?|trail)(?: at| of| by)? <PCT>",
        r"<PCT> trailing stop(?: ?-?loss)?",
        trail_percent=number(1),
    ),
    *say(
        "stop_loss_percent",
        "stop loss 2%",
        r"stop(?: ?-?loss)?(?: at| of|:)? ?-?<PCT>(?: loss)?",
        r"<PCT> stop(?: ?-?loss)?",
        r"cut (?:my |the )?(?:losses|losers)(?: at)? -?<PCT>",
        r"(?:sell|close|exit)(?: a position| positions| everything| it)? (?:when|if|once) (?:it is |it's |they are )?(?:down|it falls|it loses|it drops|losing) (?:by )?<PCT>",
        percent=number(),
    ),
    *say(
        "take_profit",
        "take profit at 2.5%",
        r"take(?: ?-?profits?)(?: at| of|:)? ?\+?<PCT>(?: gain| profit)?",
        r"(?:profit )?target(?: at| of|:)? ?\+?<PCT>",
        r"(?:sell|close|exit)(?: a position| positions| it)? (?:when|if|once|at) (?:it is |it's |they are )?(?:up|it rises|it gains|ahead) (?:by )?<PCT>",
        percent=number(),
    ),
]
CONDITIONS: list[Phrase] = [
    *say(
        "indicator_condition",
        "only buy when RSI is below 70",
        r"(?:only )?(?:buy|enter|trade|open)(?: only)? (?:when|if|while) (?:the )?rsi(?: ?\(?14\)?)? (?:is )?(?:below|under|less than|at most|<) (\d+(?:\.\d+)?)",
        r"<NEVER> (?:buy|enter|open|trade) (?:when|if|while) (?:the )?rsi(?: ?\(?14\)?)? (?:is )?(?:above|over|more than|>) (\d+(?:\.\d+)?)",
        entries=entries,
        indicator="rsi",
        at_most=number(),
    ),
    *say(
        "indicator_condition",
        "only enter when RSI is above 30",
        r"(?:only )?(?:buy|enter|trade|open)(?: only)? (?:when|if|while) (?:the )?rsi(?: ?\(?14\)?)? (?:is )?(?:above|over|more than|at least|>) (\d+(?:\.\d+)?)",
        r"<NEVER> (?:buy|enter|open|trade) (?:when|if|while) (?:the )?rsi(?: ?\(?14\)?)? (?:is )?(?:below|under|less than|<) (\d+(?:\.\d+)?)",
        entries=entries,
        indicator="rsi",
        at_least=number(),
    ),
    *say(
        "price_condition",
        "only buy above VWAP",
        r"(?:only )?(?:buy|enter|trade|open|go long)(?: only)? (?:(?:when|if|while) )?(?:the )?(?:price )?(?:is )?above (?:the )?vwap",
        entries=entries,
        price="above",
        line="vwap",
    ),
    *say(
        "price_condition",
        "only enter below VWAP",
        r"(?:only )?(?:buy|enter|trade|open|go short|short)(?: only)? (?:(?:when|if|while) )?(?:the )?(?:price )?(?:is )?below (?:the )?vwap",
        entries=entries,
        price="below",
        line="vwap",
    ),
    *say(
        "price_condition",
        "only buy above the 20-bar average",
        r"(?:only )?(?:buy|enter|trade|open|go long)(?: only)? (?:(?:when|if|while) )?(?:the )?(?:price )?(?:is )?above (?:the |its )?(\d+)[- ](?:bar|minute|day|period) (?:moving )?(?:average|sma|ma|mean)",
        entries=entries,
        price="above",
        line="sma",
        line_bars=number(),
    ),
    *say(
        "min_relative_volume",
        "relative volume at least 1.5",
        r"(?:min(?:imum)? )?relative volume(?: of| is)? ?<LEAST>? ?(\d+(?:\.\d+)?) ?(?:x|times|×)?",
        r"(?:only )?(?:buy|enter|trade)(?: only)? (?:on|with|when|if) (?:the )?(?:relative )?volume (?:is )?<LEAST> (\d+(?:\.\d+)?) ?(?:x|times|×)(?: (?:the )?(?:usual|average|normal|mean))?",
        times=number(),
    ),
    *say(
        "max_spread",
        "max spread $0.05",
        r"(?:max(?:imum)? )?spread(?: of| is)? ?<MOST>? ?<USD>",
        r"(?:only )?(?:buy|enter|trade)(?: only)? (?:when|if|while) (?:the )?spread (?:is )?<MOST> <USD>",
        dollars=number(),
    ),
    *say(
        "max_spread",
        "max spread 5 bps",
        r"(?:max(?:imum)? )?spread(?: of| is)? ?<MOST>? ?(\d+(?:\.\d+)?) ?(?:bps|bp|basis points)",
        bps=number(),
    ),
]
SCREENS: list[Phrase] = [
    *say(
        "price_range",
        "nothing under $5 a share",
        r"<NEVER>(?:thing)? (?:stocks |shares |trade |buy |anything |trade anything |buy anything )*(?:under|below|cheaper than|less than) <USD>(?: (?:a|per) share)?",
        r"nothing (?:under|below|cheaper than|less than) <USD>(?: (?:a|per) share)?",
        r"(?:min(?:imum)? )?(?:share |stock )?price(?: of| is)? <LEAST> <USD>",
        min_dollars=number(),
    ),
    *say(
        "price_range",
        "nothing above $500 a share",
        r"nothing (?:above|over|more expensive than|dearer than) <USD>(?: (?:a|per) share)?",
        r"<NEVER> (?:stocks |shares |trade |buy |anything |trade anything |buy anything )*(?:above|over|more expensive than) <USD>(?: (?:a|per) share)?",
        max_dollars=number(),
    ),
    *say(
        "price_range",
        "only shares between $5 and $500",
        r"(?:only )?(?:trade |buy )?(?:stocks |shares )?(?:priced )?between <USD> and <USD>(?: (?:a|per) share)?",
        min_dollars=number(1),
        max_dollars=number(2),
    ),
    *say(
        "min_daily_volume",
        "volume at least 1,000,000 shares a day",
        r"(?:min(?:imum)? )?(?:daily )?volume(?: of| is)? ?<LEAST>? ?<N>(?: shares)? (?:a|per) day",
        r"(?:min(?:imum)? )?daily volume(?: of| is)? ?<LEAST>? ?<N>(?: shares)?",
        shares=number(),
    ),
    *say(
        "min_move",
        "only what moves more than 5% today",
        r"only (?:trade |buy )?(?:what|stocks that|shares that|symbols that)? ?(?:moves?|moved|has moved|have moved) (?:<LEAST> )?<PCT>(?: (?:today|on the day|in a day))?",
        percent=number(),
    ),
]
STRATEGY: list[Phrase] = [
    *say(
        "direction",
        "only long",
        r"(?:only (?:go )?long|long[- ]only|(?:go )?long positions? only|only long positions?)",
        r"(?:no|never|don't|do not|not) (?:go |sell |selling |any )?(?:shorts?|shorting|short[- ]selling|short positions?|short selling)(?: ever)?",
        only="long",
    ),
    *say(
        "direction", "only short", r"(?:only (?:go )?short|short[- ]only|only short positions?)", only="short"
    ),
    *say(
        "one_direction_a_day",
        "one direction a day",
        r"(?:only )?one direction (?:a|per|each|every) (?:day|session)(?: only)?",
        r"<NEVER> (?:reverse|flip|change direction)(?: (?:in|within|during) (?:a|the|one|the same) (?:day|session))?",
    ),
    *say(
        "no_averaging_down",
        "never average down",
        r"<NEVER> (?:average|averaging) down",
        r"<NEVER> (?:add|adding) to (?:a )?(?:losers?|losing (?:positions?|trades?))",
    ),
    *say(
        "order_types",
        "only limit orders",
        r"(?:only (?:use )?limit orders|limit orders only|use limit orders only)",
        allowed=["limit"],
    ),
    *say(
        "order_types",
        "no market orders",
        r"<NEVER> (?:use )?market orders",
        allowed=[
            "limit",
            "stop",
            "stop-limit",
            "trailing-stop",
            "market-on-open",
            "market-on-close",
            "limit-if-touched",
            "bracket",
        ],
    ),
    *say(
        "order_types",
        "only market orders",
        r"(?:only (?:use )?market orders|market orders only)",
        allowed=["market"],
    ),
]
EMERGENCY: list[Phrase] = [
    *say(
        "kill_switch", "kill switch", r"(?:kill ?-?switch|stop everything|halt everything|stop all trading)"
    ),
    *say(
        "halt_on_loss",
        "close everything after losing 5%",
        r"(?:close|sell|exit|liquidate) (?:everything|all|all positions|every position) (?:when|if|after|once) (?:i |we )?<LOSE> (?:more than |over )?<PCT>(?: (?:in a day|a day|today|in a session))?",
        percent=number(),
    ),
    *say(
        "halt_on_volatility",
        "halt when a bar moves more than 5 times the usual",
        r"(?:halt|stop(?: trading)?)(?: trading)? (?:when|if|once) (?:a|any|one) bar (?:moves|ranges) (?:<LEAST> )?(\d+(?:\.\d+)?) ?(?:x|times|×)(?: the)? (?:usual|average|mean|normal)(?: range)?",
        times=number(),
    ),
    *say(
        "halt_on_data_gap",
        "halt when data is missing for 5 minutes",
        r"(?:halt|stop(?: trading)?)(?: trading)? (?:when|if|once) (?:the )?(?:data|bars|quotes|prices) (?:is|are) missing (?:for )?(?:<LEAST> )?(\d+) ?min(?:ute)?s?",
        minutes=number(),
    ),
]
# Last: almost any word could be a symbol.
SYMBOLS: list[Phrase] = [
    *say(
        "deny_list",
        "never trade TSLA",
        r"(?:never|don't|do not|no|avoid|not) (?:trade|trading|buy|buying|touch|open|hold|trading in|trade in) <SYMS>",
        r"(?:avoid|forbid|ban|exclude) <SYMS>",
        symbols=named(),
    ),
    *say(
        "allow_list",
        "only trade SPY and IBM",
        r"(?:only )(?:trade|buy|open|touch|trade in) <SYMS>",
        r"(?:trade|buy|open) (?:only |nothing but )<SYMS>",
        r"nothing but <SYMS>",
        symbols=named(),
    ),
]
PHRASES = [*EXITS, *CONDITIONS, *SCREENS, *STRATEGY, *EMERGENCY, *SYMBOLS]
