"""Splits what is everyday into quick, research and the rest, by shape: no weights are needed for it."""

import re
from typing import Final

from mixchat.classifier.features import Hits
from mixchat.classifier.tokenize import joined, tokens
from mixchat.domain.decision import Evidence
from mixchat.domain.role import DAILY_DRIVER, QUICK, RESEARCH

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


def split_everyday(text: str, words: int) -> tuple[str, Evidence | None]:
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


_ACTS: Final = frozenset({"write", "make", "invent", "design"})
_FORMS: Final = frozenset(
    {"poem", "story", "song", "script", "joke", "essay", "letter", "advert", "post", "speech", "name"}
)
_OTHER_ACTS: Final = frozenset({"translate", "rewrite", "summarize", "extract"})
_REACH: Final = 3
"""Concepts after the act among which its object is looked for."""
_LANGUAGES: Final = frozenset(
    {"python", "java", "javascript", "typescript", "rust", "golang", "kotlin", "php", "sql", "bash"}
    | {"powershell", "c + +", "cpp", "c #", "html", "css", "matlab"}
)
"""Of the concept `codelang`, the names that hardly mean anything else."""
_ENTERTAINING: Final = frozenset({"poem", "story", "song", "joke"})

Hint = tuple[str, float, str]
"""A class, what is added to its score, and the words that say why."""


def hints(opening: Hits, closing: Hits) -> list[Hint]:
    """Return what the opening and the closing concepts of a prompt plainly ask for."""
    found: list[Hint] = []
    made = _made(opening)
    if made is not None:
        found.append(made)
    lead = [concept for concept, _ in opening[:2]]
    polished = next((phrase for concept, phrase in opening[:2] if concept in {"translate", "rewrite"}), None)
    if polished and "summarize" not in lead:
        found.append(("daily", 1.0, f"'{polished}'"))
    if lead and lead[0] in _ENTERTAINING:
        found.append(("creative", 0.5, f"'{opening[0][1]}'"))
    language = next((phrase for _, phrase in closing if phrase in _LANGUAGES), None)
    if language:
        found.append(("coding", 1.0, f"'{language}' at the end"))
    wanted = next((phrase for concept, phrase in closing if concept in {"summarize", "keypoints"}), None)
    if wanted:
        found.append(("summarization", 2.0, f"'{wanted}' at the end"))
    return found


def _made(opening: Hits) -> Hint | None:
    """Return the hint of `write ... poem`, `create ... function` and their like."""
    at = next((at for at, (concept, _) in enumerate(opening) if concept in _ACTS), None)
    if at is None or any(concept in _OTHER_ACTS for concept, _ in opening[:at]):
        return None
    act = opening[at][1]
    for concept, phrase in opening[at + 1 : at + 1 + _REACH]:
        said = f"'{act} ... {phrase}'"
        if concept in _FORMS:
            return ("creative", 2.0, said)
        if concept in {"code", "codelang"}:
            return ("coding", 0.5, said)
        if concept == "food":
            return ("daily", 1.0, said)
        if concept in {"summarize", "plan", "schedule"}:
            return None
    return None


_LONGEST: Final = 120
"""Characters of the longest pleasantry."""

_GREETINGS: Final = (
    r"hi|hiya|hello|hey|howdy|good (?:morning|afternoon|evening|night|day)|bye|goodbye|see you(?: (?:later|soon))?"
    r"|how are you(?: doing)?|what's up|how's it going|hola|buen(?:os|as) (?:dias|tardes|noches)|que tal|como estas|adios|hasta luego"
    r"|bonjour|bonsoir|bonne (?:journee|nuit)|salut|coucou|ca va|au revoir|hallo|moin|servus|guten (?:tag|morgen|abend)"
    r"|gute nacht|wie geht's|wie geht es dir|tschuss|auf wiedersehen|oi|ola|bom dia|boa (?:tarde|noite)|tudo bem|tchau"
    r"|ciao|buongiorno|buonasera|arrivederci|привет|здравствуй(?:те)?|добр(?:ый день|ое утро|ый вечер)|как дела|пока"
    r"|до свидания|你好|您好|嗨|大家好|早上好|早安|下午好|晚上好|晚安|再见|拜拜|こんにちは|こんばんは|おはよう(?:ございます)?"
    r"|おやすみ(?:なさい)?|さようなら|안녕(?:하세요)?|مرحبا|أهلا|اهلا|السلام عليكم|صباح الخير|مساء الخير|مع السلامة"
)
_THANKS: Final = (
    r"(?:many |no )?thanks|thank (?:you|u)|thx|ty|cheers|(?:that|this|it) (?:really )?help(?:ed|s)|(?:very|so) helpful"
    r"|it works(?: now)?|gracias|merci|danke|vielen dank|dankeschon|obrigad[oa]|valeu|grazie|спасибо|благодарю"
    r"|谢谢|多谢|感谢|谢了|ありがとう(?:ございます|ございました)?|どうも|助かりました|고마워(?:요)?|감사합니다|شكرا"
)
_PRAISE: Final = (
    r"cool|great|nice|perfect|awesome|wonderful|excellent|amazing|brilliant|lovely|super|fantastic|good(?: (?:job|work|one))?"
    r"|(?:great|nice) (?:job|work|one)|well done|got it|i see|makes sense|understood|never ?mind|no problem|lol|ha(?:ha)+"
    r"|genial|perfecto|excelente|entendido|parfait|d'accord merci|compris|toll|prima|perfekt|verstanden|alles klar"
    r"|perfeito|otimo|entendi|perfetto|отлично|супер|круто|понятно|понял|поняла|太好了|很好|不错|好的|明白了|懂了|知道了"
    r"|なるほど|わかりました|了解(?:です)?|すごい|좋아요|알겠습니다|ممتاز|رائع|حسنا|فهمت"
)
_AROUND: Final = (
    r"ok|okay|oh|ah|wow|so|very|really|much|a lot|again|there|all|everyone|everybody|mate|man|that's|that is|for (?:that|your help|the help)"
    r"|muchas|mucho|muy|beaucoup|tres|bien|schon|sehr|viel|muito|molto|mille|большое|очень|非常|太|啊|吧|了|本当に|جزيلا"
)
_GAP: Final = r"(?: |$|(?<=[\u3040-\u9fff]))"
_WHOLE: Final = re.compile(
    rf"(?:(?:{_AROUND}){_GAP})*(?:(?:{_GREETINGS}|{_THANKS}|{_PRAISE}){_GAP}(?:(?:{_AROUND}){_GAP})*)+"
)


def is_small_talk(prompt: str) -> bool:
    """Return whether `prompt` only greets, thanks or praises, in one of the main languages."""
    if len(prompt) > _LONGEST:
        return False
    words = [word for word in tokens(prompt) if any(map(str.isalnum, word))]
    return _WHOLE.fullmatch(joined(words)) is not None
