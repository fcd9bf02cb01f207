"""What is told by hand beside the weights: small talk, the easy questions, and what wants a look at the web."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from mixchat.classifier.lexicon import Lexicon
from mixchat.classifier.tokenize import joined, tokens
from mixchat.domain.decision import Evidence
from mixchat.domain.role import DAILY_DRIVER, QUICK, RESEARCH

_SHORT: Final = 14
"""Words and signs of the longest prompt that may be quick."""
_LONG: Final = 120
"""Words and signs of the longest prompt that a word about sources makes research."""
_PLAINLY: Final = 0.55
"""How likely a prompt must be an everyday one to be left to the smallest model."""

_NEWS: Final = r"news|headlines|research|stud(?:y|ies)|papers?|developments?|figures?|statistics|data|events?|polls?|findings|reviews?"
_CHANGES: Final = (
    r"prices?|stocks?|shares?|rates?|trading|scores?|weather|forecast|temperature|traffic|worth|costs?|bitcoin|gold|oil|euro|dollar"
    r"|election|winner|won|winning|leading|happening|playing|open|on time|delayed|flights?|trains?|released?|came out|coming out"
)
"""What is another thing tomorrow."""
_NOW: Final = r"right now|today|tonight|currently|at the moment|as of (?:today|now|20\d\d)|this (?:week|weekend|month|season|morning)|now"
_RESEARCH: Final = re.compile(
    rf"\b(?:(?:latest|recent|breaking|today'?s|current|up[- ]to[- ]date) (?:\w+ ){{0,2}}(?:{_NEWS}|prices?|rates?)"
    rf"|(?:any|the|what's the|what is the) news (?:about|on|from|today|this)|news (?:about|from)"
    rf"|(?:{_CHANGES})\b.{{0,60}}\b(?:{_NOW})|(?:which|what)\b.{{0,30}}\b(?:came|come|coming) out\b"
    r"|(?:cite|give|list|name|provide|find|with|and|include|add) (?:\w+[ -]){0,3}(?:sources|references|citations|links to)"
    r"|cite (?:\w+[ -]){0,3}(?:papers|studies|research)|peer[- ]reviewed|literature review"
    r"|search (?:the )?(?:web|internet|online)|look (?:it |this |that )?up online|(?:^|please |can you |could you )google (?!docs|sheets|maps|drive)\w+"
    r"|in 20(?:2[6-9]|3\d) so far"
    r"|ultimas noticias|fuentes|noticias (?:de hoy|recientes|sobre)|avec (?:des |les )?sources|(?:dernieres )?actualites|dernieres nouvelles"
    r"|mit quellen|(?:aktuelle[nrs]?|neueste[nrs]?) (?:nachrichten|studien|zahlen)|(?:steht|kurs|wetter)\b.{0,30}\bheute"
    r"|com fontes|ultime notizie|con le fonti|laatste nieuws|met bronnen|najnowsze wiadomosci|ze zrodlami"
    r"|с источниками|последние новости|свежие данные|курс\b.{0,20}\bсегодня|son haberler|senaste nytt|senaste nyheterna"
    r"|ताज़ा खबर|tin mới nhất|berita terbaru)\b"
    r"|最新|来源|新闻|出典|ニュース|مصادر|آخر الأخبار"
)
_ARITHMETIC: Final = re.compile(
    r"(?:(?:what|how much) (?:is|'s) |what's )?\d+ (?:% of|percent of|times|plus|minus|x|\*|\+|-|divided by) \d+(?: \?)?"
)
_CONVERSION: Final = re.compile(
    r"\b(?:convert|in|to|into|en|auf) ?(?:km|miles?|kg|pounds?|lbs?|celsius|fahrenheit|euros?|eur|dollars?|usd|gbp|inches|feet|cm"
    r"|meters?|metres?|liters?|litres?|millilit(?:er|re)s?|cups?|ounces?|oz|grams?|minutes|hours|seconds|binary|gallons?)\b"
)


@cache
def _kinds() -> Lexicon:
    """Return what short questions are about: `easy`, `hard`, `stakes`."""
    text = Path(__file__).with_name("everyday.txt").read_text("utf-8")
    return Lexicon(text.split("\n"))


def split_everyday(text: str, likely: float) -> tuple[str, Evidence | None]:
    """Return which everyday role a prompt has, and the words that say so.

    The smallest model gets only what is plainly a fact, a conversion or a greeting: nothing in it may need thought, and
    nobody's health, rights, money or safety may hang on it.

    Args:
        text: the prompt's start.
        likely: how likely the prompt is an everyday one at all.
    """
    words = tokens(text)
    plain = joined(words)
    said = _web(words, plain)
    if said is not None:
        return RESEARCH, said
    if len(words) > _SHORT or likely < _PLAINLY:
        return DAILY_DRIVER, None
    return _by_kind(dict(reversed(_kinds().find(words))), plain)


def asks_the_web(text: str) -> Evidence | None:
    """Return the words by which a prompt wants what is on the web today, or asks for its sources."""
    words = tokens(text)
    return _web(words, joined(words))


def _web(words: list[str], plain: str) -> Evidence | None:
    wanted = _RESEARCH.search(plain) if len(words) <= _LONG else None
    return Evidence(f"'{wanted[0]}'", 1.0) if wanted else None


def _by_kind(said: dict[str, str], plain: str) -> tuple[str, Evidence | None]:
    """Return the role of a short question by what it is about."""
    if "stakes" in said:
        return DAILY_DRIVER, Evidence(f"'{said['stakes']}': too much at stake for a small model", 0.5)
    if "hard" in said:
        return DAILY_DRIVER, None
    if _CONVERSION.search(plain):
        return QUICK, Evidence("a conversion", 1.0)
    if "easy" in said:
        return QUICK, Evidence(f"a short question of fact: '{said['easy']}'", 1.0)
    return DAILY_DRIVER, None


def is_simple_sum(text: str) -> bool:
    """Return whether `text` is one small calculation and nothing else."""
    return len(text) <= 40 and _ARITHMETIC.fullmatch(joined(tokens(text)).replace("' s", "'s")) is not None


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
