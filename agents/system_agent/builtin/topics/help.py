"""What the built-in analyst can do, what it can't, and what it says when it doesn't understand."""

from __future__ import annotations

from agents.system_agent.builtin.base import Intent, Results, always, words
from agents.system_agent.builtin.reading import bullets, paragraphs

EXAMPLES = (
    "What did this run earn?",
    "Why did I lose money?",
    "Show the best and worst trades",
    "Explain the drawdown",
    "Why did it not trade?",
    "Was it luck?",
    "What would have been different with other rules, fees or slippage?",
    "Suggest a rule",
    "Compare the runs",
    "When during the day does it make money?",
    "What did it think about the open?",
    "Which limits bind it?",
)
HOW = "I read your runs, compute with tools, and link every number to the result that says it. I can answer questions such as:"
LOOKS_ONLY = (
    "**I only look and propose.** I can't trade, and I start, stop, change or delete nothing: orders come from a run's "
    "decider alone, and runs and Models are handled on their pages."
)
PROPOSES = (
    "What I can do is propose a rule, other instructions or another run, which is done once you accept it: ask "
    "“Suggest a rule”, “What should change in its instructions?” or “Run it again”."
)
LANGUAGE_MODEL = (
    "I go by the words of a question. With a language model, chosen under the chat's settings, freer questions are "
    "understood too."
)


def write_help(results: Results) -> str:
    return paragraphs("**I am the built-in analyst.** " + HOW, bullets(*EXAMPLES), LANGUAGE_MODEL)


def write_refusal(results: Results) -> str:
    return paragraphs(LOOKS_ONLY, PROPOSES)


def write_unknown(results: Results) -> str:
    return paragraphs("**I did not understand that.** " + HOW, bullets(*EXAMPLES), LANGUAGE_MODEL)


HELP = Intent(
    "help",
    words(
        r"^\W*(hi|hello|hey|help|good (morning|afternoon|evening))\b.{0,20}$",
        r"\bwhat (else )?can (you|i)\b",
        r"\bwho are you\b",
        r"\bhow (do|can) (you|i) (work|use|ask)\b",
    ),
    always(),
    write_help,
)
THANKS = Intent(
    "thanks",
    words(r"^\W*(thanks?|thank you|cheers|ok(ay)?|great|nice|cool|perfect|good)\b.{0,20}$"),
    always(),
    lambda results: "You're welcome. Ask on whenever you like.",
)
ACT = Intent(
    "act",
    words(
        r"^\W*((please|now|just|then|can you|could you|i want you to|go and)\W+)*"
        r"(buy(?! and hold)|sell|short|cover|liquidate|withdraw|deposit|delete|remove|erase|cancel|place|apply|transfer"
        r"|(stop|close|halt|pause|kill)\W+(the|this|that|my|all|every|it|run|trading|position)"
        r"|start trading)\b",
    ),
    always(),
    write_refusal,
)
UNKNOWN = Intent("unknown", words(r""), always(), write_unknown)
