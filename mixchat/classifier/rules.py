"""The user's own rules: what in a prompt, or around it, makes it a role's.

A rule names conditions of several kinds. It holds when every kind that it names holds; within a kind any one is
enough. Keywords and regular expressions are one kind.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Evidence
from mixchat.domain.role import FALLBACK
from mixchat.domain.stack import Rules, Stack

if TYPE_CHECKING:
    from regex import Pattern


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


_SEARCHED: Final = 20_000
"""Characters that are searched, half from the start and half from the end."""
_PATIENCE: Final = 0.02
"""Seconds that one regular expression may take before it counts as not found."""


class Ruling(Struct, frozen=True):
    """A role whose rule holds, and what made it hold."""

    role: str
    evidence: tuple[Evidence, ...]


class _Scope(Struct, frozen=True):
    """A question, made ready to be searched."""

    question: RoutingInput
    text: str
    folded: str


_Check = Callable[[Rules, _Scope], Iterator[Evidence]]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "Pattern[str] | None":
    import regex

    try:
        return regex.compile(pattern, regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError):
        return None


def _found(pattern: str, text: str) -> str | None:
    compiled = _compiled(pattern)
    if compiled is None:
        return None
    try:
        hit = compiled.search(text, timeout=_PATIENCE)
    except TimeoutError:
        return None
    return str(hit[0])[:40] if hit else None


def _has_word(folded: str, keyword: str) -> bool:
    """Whether `keyword` stands in the text, not as a part of a longer Latin word."""
    at = folded.find(keyword)
    while at >= 0:
        before, after = folded[at - 1 : at], folded[at + len(keyword) : at + len(keyword) + 1]
        if not (_joins(before) and _joins(keyword[0])) and not (_joins(after) and _joins(keyword[-1])):
            return True
        at = folded.find(keyword, at + 1)
    return False


def _joins(sign: str) -> bool:
    return sign.isalnum() and sign < "\u0e00"


def _words(rules: Rules, scope: _Scope) -> Iterator[Evidence]:
    for keyword in rules.keywords:
        if keyword.strip() and _has_word(scope.folded, keyword.strip().casefold()):
            yield Evidence(f"keyword '{keyword.strip()}'", 1.0)
    for pattern in rules.regex:
        hit = _found(pattern, scope.text)
        if hit is not None:
            yield Evidence(f"pattern /{pattern}/", 1.0)


def _files(rules: Rules, scope: _Scope) -> Iterator[Evidence]:
    wanted = {f".{suffix.lower().lstrip('.')}" for suffix in rules.file_types}
    for file in scope.question.files:
        suffix = f".{file.path.lower().rpartition('.')[2]}"
        if suffix in wanted:
            yield Evidence(f"a {suffix} file", 1.0)


def _length(rules: Rules, scope: _Scope) -> Iterator[Evidence]:
    length = len(scope.question.prompt)
    if (rules.min_length is None or length >= rules.min_length) and (
        rules.max_length is None or length <= rules.max_length
    ):
        yield Evidence(f"{length} characters", 1.0)


def _image(rules: Rules, scope: _Scope) -> Iterator[Evidence]:
    has = any(file.media_type.startswith("image/") for file in scope.question.files)
    if has == rules.has_image:
        yield Evidence("an image" if has else "no image", 1.0)


def _languages(rules: Rules, scope: _Scope) -> Iterator[Evidence]:

    spoken = language(scope.text)
    if spoken in {code.lower()[:2] for code in rules.languages}:
        yield Evidence(f"written in {spoken}", 1.0)


def _kinds(rules: Rules) -> list[_Check]:
    kinds: list[tuple[object, _Check]] = [
        (rules.keywords or rules.regex, _words),
        (rules.file_types, _files),
        (rules.min_length is not None or rules.max_length is not None, _length),
        (rules.has_image is not None, _image),
        (rules.languages, _languages),
    ]
    return [check for named, check in kinds if named]


def _scope(question: RoutingInput) -> _Scope:
    text = question.prompt
    if len(text) > _SEARCHED:
        text = f"{text[: _SEARCHED // 2]}\n{text[-_SEARCHED // 2 :]}"
    return _Scope(question, text, text.casefold())


def rulings(question: RoutingInput, stack: Stack) -> Sequence[Ruling]:
    """Return the roles whose rules hold, the most specific first, then in the stack's order."""
    role_configs = [
        role_config
        for role_config in stack.roles.values()
        if role_config.role != FALLBACK and _kinds(role_config.rules)
    ]
    if not role_configs:
        return ()
    scope = _scope(question)
    held: list[tuple[int, Ruling]] = []
    for role_config in role_configs:
        checks = _kinds(role_config.rules)
        evidence = [list(check(role_config.rules, scope)) for check in checks]
        if all(evidence):
            flat = tuple(one for some in evidence for one in some[:3])
            held.append((len(checks), Ruling(role_config.role, flat)))
    return [ruling for _, ruling in sorted(held, key=lambda one: -one[0])]
