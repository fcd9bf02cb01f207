"""Which language a prompt is written in, by its script and its commonest words."""

import re
from typing import Final

_SCRIPTS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("uk", re.compile(r"[іїєґІЇЄҐ]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("fa", re.compile(r"[پچژگ]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]{2}")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_WORDS: Final[dict[str, frozenset[str]]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the a an of to in is and what how do you i my me for with that this write can please it are on be",
        "es": "el la los las de que en y un una es por para con como qué cómo mi me puedes escribe se su del más",
        "fr": "le la les de des un une est et pour dans que qui avec sur mon ma je vous tu du ce peux écris comment au",
        "de": "der die das ein eine und ist zu mit für auf wie was ich mir du den dem nicht von schreib bitte im kann",
        "pt": "o a os as de que em e um uma é por para com como não meu minha você me do da escreva mais no na",
        "it": "il lo la gli le di che in e un una è per con come non mio mia mi puoi scrivi del della più sono",
        "nl": "de het een en van is in op te met voor dat niet ik je wat hoe kun schrijf mijn aan er zijn",
        "pl": "i w na z że się nie do jest to jak co dla mi napisz czy mój po od proszę",
        "tr": "bir ve bu için ne nasıl mi mı da de ile bana yaz çok olan var ben lütfen",
        "sv": "och att det som en ett är på för med jag inte hur vad kan du skriv av mig",
    }.items()
}
_LOOKED_AT: Final = 600
_WORD: Final = re.compile(r"[^\W\d_]+")


def language(text: str) -> str:
    """Return the ISO 639-1 code of the language of `text`; English where nothing speaks against it."""
    start = text[:_LOOKED_AT]
    letters = sum(sign.isalpha() for sign in start) or 1
    for code, script in _SCRIPTS:
        if len(script.findall(start)) > letters * (0.02 if code in {"uk", "fa"} else 0.1):
            return code
    words = _WORD.findall(start.lower())
    counts = {code: sum(word in common for word in words) for code, common in _WORDS.items()}
    return max(counts, key=lambda code: (counts[code], code == "en"))
