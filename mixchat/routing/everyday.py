"""Splits what is everyday into quick, research and the rest, by shape: no weights are needed for it."""

import re
from typing import Final

from mixchat.words.decision import Evidence
from mixchat.words.role import DAILY_DRIVER, QUICK, RESEARCH

_SHORT: Final = 12
"""Words of the longest prompt that may be quick."""

_RESEARCH: Final = re.compile(
    r"\b(?:(?:latest|recent|breaking|today'?s|current|up[- ]to[- ]date) (?:\w+ ){0,2}"
    r"(?:news|research|stud(?:y|ies)|papers?|developments?|figures?|statistics|data|events?|prices?|polls?|findings)"
    r"|news (?:about|on|from)|cite|citations?|with (?:sources|references|links)|(?:give|list|name|provide) (?:\w+ ){0,2}"
    r"(?:sources|references)|peer[- ]reviewed|literature review|search the web|look (?:it )?up online|google"
    r"|right now|as of (?:today|now|20\d\d)|in 20(?:2[4-9]|3\d)\b|this (?:week|month|year)(?:'s)?"
    r"|fuentes|ultimas noticias|avec (?:des )?sources|actualites|mit quellen|aktuelle[nrs]? (?:nachrichten|studien)"
    r"|com fontes|ultimas noticias|с источниками|последние новости|свежие данные)\b"
    r"|最新|来源|新闻|出典|ニュース|مصادر|آخر الأخبار"
)
_GREETING: Final = re.compile(
    r"^(?:hi|hello|hey|yo|good (?:morning|evening|night|afternoon)|thanks?(?: you)?|thx|ok(?:ay)?|cool|great|bye|goodbye|lol"
    r"|yes|no|sure|hola|gracias|buenos dias|adios|bonjour|salut|merci|hallo|danke|guten (?:tag|morgen)|tschuss|oi|ola"
    r"|obrigad[oa]|bom dia|ciao|grazie|привет|спасибо|здравствуйте|пока|你好|谢谢|再见|您好|こんにちは|ありがとう"
    r"|おはよう|مرحبا|شكرا|안녕(?:하세요)?|감사합니다)\b"
)
_CONVERSION: Final = re.compile(
    r"\b(?:convert|in|to|into|en|in|auf) ?(?:km|miles?|kg|pounds?|lbs?|celsius|fahrenheit|euros?|eur|dollars?|usd|gbp|inches|feet|cm"
    r"|meters?|metres?|liters?|litres?|cups?|ounces?|oz|grams?|minutes|hours|seconds|binary|gallons?)\b"
)
_FACT: Final = re.compile(
    r"^(?:what(?:'s| is| are| was| were| year| day| time| language| colou?r)|who(?:'s| is| was| were| wrote| invented| won| painted| sang)"
    r"|when(?:'s| is| was| did| does| were)|where(?:'s| is| was| did| are)|which|how (?:many|much|old|tall|far|long|big|high|fast|do you (?:say|spell))"
    r"|define|spell|capital of|is|are|does|did|was|synonym|quien|cuando|donde|cual es|cuantos|qui est|quand|ou est|combien|wer|wann|wo|wie (?:viele?|hoch|alt)"
    r"|quem|quando|onde|quantos|кто|когда|где|сколько|谁|何时|哪|多少)\b"
)


def everyday(text: str, words: int) -> tuple[str, Evidence | None]:
    """Return which everyday role a prompt has, and the word that says so.

    Args:
        text: the prompt's start, in lower case and without accents.
        words: how many words and signs the whole prompt has.
    """
    wanted = _RESEARCH.search(text)
    if wanted and words <= 120:
        return RESEARCH, Evidence(f"'{wanted[0]}'", 1.0)
    if words > _SHORT:
        return DAILY_DRIVER, None
    for shape, said in (
        (_GREETING, "a greeting"),
        (_CONVERSION, "a conversion"),
        (_FACT, "a short question of fact"),
    ):
        if shape.search(text):
            return QUICK, Evidence(said, 1.0)
    return DAILY_DRIVER, None
