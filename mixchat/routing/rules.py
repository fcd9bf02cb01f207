"""The user's own rules: what in a prompt, or around it, makes it a role's.

A rule names conditions of several kinds. It holds when every kind that it names holds; within a kind any one is
enough. Keywords and regular expressions are one kind.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mixchat.words.decision import Evidence
from mixchat.words.question import Question
from mixchat.words.role import FALLBACK
from mixchat.words.stack import Rules, Stack

if TYPE_CHECKING:
    from regex import Pattern

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

    question: Question
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


def unusable(rules: Rules) -> list[str]:
    """Return the regular expressions in `rules` that cannot be compiled."""
    return [pattern for pattern in rules.regex if _compiled(pattern) is None]


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
    from mixchat.routing.language import language

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


def _scope(question: Question) -> _Scope:
    text = question.prompt
    if len(text) > _SEARCHED:
        text = f"{text[: _SEARCHED // 2]}\n{text[-_SEARCHED // 2 :]}"
    return _Scope(question, text, text.casefold())


def rulings(question: Question, stack: Stack) -> Sequence[Ruling]:
    """Return the roles whose rules hold, the most specific first, then in the stack's order."""
    posts = [post for post in stack.posts.values() if post.role != FALLBACK and _kinds(post.rules)]
    if not posts:
        return ()
    scope = _scope(question)
    held: list[tuple[int, Ruling]] = []
    for post in posts:
        checks = _kinds(post.rules)
        evidence = [list(check(post.rules, scope)) for check in checks]
        if all(evidence):
            flat = tuple(one for some in evidence for one in some[:3])
            held.append((len(checks), Ruling(post.role, flat)))
    return [ruling for _, ruling in sorted(held, key=lambda one: -one[0])]
