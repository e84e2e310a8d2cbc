"""The commonest questions in other languages, read as the English ones that they are. A language model understands more."""

from __future__ import annotations

from agents.system_agent.builtin.base import words

LOST = words(
    r"\b(warum|wieso|weshalb)\b.{0,80}\b(verl[oiu]\w*|minus)",
    r"\bpor ?qu[eé]\b.{0,80}\bp[eé]rd",
    r"\bpourquoi\b.{0,80}\bper(d|te)",
    r"\bperch[eé]\b.{0,80}\bper(s|d)",
    r"\bwaarom\b.{0,80}\bverl",
    r"\bdlaczego\b.{0,80}\bstra",
    r"\bпочему\b.{0,80}(потер|убыт)",
    r"为(什么|何).{0,30}[亏赔损]",
    r"なぜ.{0,30}(損|負)",
    r"왜.{0,30}(손실|잃)",
)
TRADES = words(
    r"\b(beste?n?|schlechteste?n?)\b.{0,40}\b(trades?|gesch[aä]fte?)",
    r"\b(mejor|peor)(es)?\b.{0,40}\b(trades?|operaci)",
    r"\b(meilleure?s?|pires?)\b.{0,40}\b(trades?|transactions?)",
    r"\b(migliori|peggiori|melhores|piores)\b",
    r"最[好差坏].{0,10}交易",
)
RULE = words(
    r"\bregel\b.{0,40}\b(vor|schlag)",
    r"\bschlag\w*\b.{0,40}\bregel",
    r"\b(sug\w+|propon\w*|recomiend\w*)\b.{0,40}\bregl",
    r"\b(sugg[eè]r\w*|propos\w*)\b.{0,40}\br[eè]gl",
    r"\b(suger\w+|proponi\w*)\b.{0,40}\bregr?[ao]",
    r"建议.{0,10}规则",
)
COMPARED = words(
    r"\bvergleich", r"\bcompara(r|d|me)?\b", r"\bcompare[rz]\b", r"\bconfronta", r"\bсравни", r"比[较較]"
)
RESULT = words(
    r"\bwie (ist|war|lief|l[aä]uft|steht)\b",
    r"\bc[oó]mo (fue|va|est[aá]|le fue|me fue)\b",
    r"\bcomment ([cç]a|va|s['’]est)",
    r"\bcom['’]?[eè] andat",
    r"\bcomo (foi|est[aá])\b",
    r"怎么样|表现",
)
HELLO = words(
    r"^\W*(hallo|guten (tag|morgen|abend)|hola|bonjour|salut|ciao|ol[aá]|hilfe|ayuda|aide|aiuto|ajuda|привет|你好|こんにちは|안녕)"
)
MEANINGS = (
    (LOST, "Why did I lose money?"),
    (TRADES, "Show the best and worst trades."),
    (RULE, "Suggest a rule."),
    (COMPARED, "Compare the runs."),
    (RESULT, "How did it do?"),
    (HELLO, "What can you do?"),
)


def meaning_of(question: str) -> str | None:
    """The English question that is meant; None where nothing is recognised."""
    return next((meaning for pattern, meaning in MEANINGS if pattern.search(question)), None)
