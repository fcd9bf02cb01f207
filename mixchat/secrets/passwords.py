"""Credentials that are told by what stands before them: a name with a value, a program with its password."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from mixchat.secrets.patterns import (
    ASSIGNED,
    CHPASSWD,
    COMMAND_LINE,
    COMMANDS,
    HARMLESS_NAME,
    HARMLESS_SUFFIX,
    NAMED,
    NamedKind,
    compiled,
)
from mixchat.secrets.span import CUT, HAS_DIGIT, IDENTIFIER, TAIL, SecretSpan, is_real

_MANY: Final = 1000
"""Places of a mark from which on it is quicker to look for a longer one by itself."""
_SHORTEST: Final = 6
"""Characters of a password."""
_WORD: Final = 12
"""Characters before a mark that are looked at for what must stand there."""
_NEXT_FIELD: Final = re.compile(r"&\w+=")
_BEFORE: Final = re.compile(r"(?<![\w.-])[\w.-]++\Z")
_AFTER: Final = re.compile(r"[\w.-]*")


def commands(text: str) -> Iterator[SecretSpan]:
    """Yield the passwords that programs are told on their command lines."""
    done = 0
    for option in COMMAND_LINE.finditer(text):
        if option.start() < done:
            continue
        begin = text.rfind("\n", done, option.start()) + 1 or done
        done = end if (end := text.find("\n", option.start())) >= 0 else len(text)
        for programs, password in COMMANDS:
            program = compiled(programs).search(text, begin, done)
            for found in compiled(password).finditer(text, program.end(), done) if program else ():
                if hit := _hit(found, _PASSWORD, len(NAMED) + 2):
                    yield hit
    for found in compiled(CHPASSWD).finditer(text) if "chpasswd" in text else ():
        if hit := _hit(found, _PASSWORD, len(NAMED) + 2):
            yield hit


def named(text: str, small: str) -> Iterator[SecretSpan]:
    """Yield the values that stand behind a name for a secret; `small` is the text in small letters."""
    ascii_only = text.isascii()
    known: dict[str, list[int]] = {}
    for rank, kind in enumerate(NAMED, 2):
        for mark in kind.marks:
            if ascii_only and not mark.isascii():
                break
            done, length = 0, len(mark)
            for at in _likely_places(small, mark, kind, known):
                if at < done:
                    continue
                done = at + length
                found = compiled(kind.pattern).match(text, done)
                if found is not None and (hit := _value_behind(found, at, kind, rank)):
                    yield hit
                    done = hit.end


def _likely_places(small: str, mark: str, kind: NamedKind, known: dict[str, list[int]]) -> list[int]:
    """Return where a mark stands; of one that is in every line, only where something like a value follows."""
    if kind.told and small.count(mark) >= _MANY:
        return [found.start() for found in _assigned(mark).finditer(small)]
    return _places(small, mark, known)


@lru_cache
def _assigned(mark: str) -> re.Pattern[str]:
    return re.compile(re.escape(mark) + ASSIGNED)


def _places(small: str, mark: str, known: dict[str, list[int]]) -> list[int]:
    """Return where a mark stands; one that holds another is only looked for where that one stands."""
    if mark not in known:
        root, before = _ROOTS.get(mark, ("", 0))
        if root and len(places := _places(small, root, known)) < _MANY:
            starts = (at - before for at in places)
            known[mark] = [start for start in starts if start >= 0 and small.startswith(mark, start)]
        else:
            found: list[int] = []
            known[mark] = found
            at = small.find(mark)
            while at >= 0:
                found.append(at)
                at = small.find(mark, at + 1)
    return known[mark]


def _roots() -> dict[str, tuple[str, int]]:
    """Return for each mark that holds another one the shortest of them, and where it stands in it."""
    marks = {mark for kind in NAMED for mark in kind.marks}
    roots: dict[str, tuple[str, int]] = {}
    for mark in marks:
        inner = sorted((other for other in (marks | {"auth"}) - {mark} if other in mark), key=len)
        if inner:
            roots[mark] = inner[0], mark.index(inner[0])
    return roots


def _value_behind(found: re.Match[str], start: int, kind: NamedKind, rank: int) -> SecretSpan | None:
    """Return the credential that was found behind the mark that stands at `start`."""
    text = found.string
    if kind.behind and not text[max(0, start - _WORD) : start].lower().rstrip("_- ").endswith(kind.behind):
        return None
    if kind.alone and text[start - 1 : start].isalpha():
        return None
    if not (kind.sure or HAS_DIGIT.search(found[1])):
        return None
    if kind.identifier and _harmless(text, start):
        return None
    return _hit(found, kind, rank)


def _hit(found: re.Match[str], kind: NamedKind, rank: int) -> SecretSpan | None:
    value = _NEXT_FIELD.split(found[1], maxsplit=1)[0].rstrip(".)]}|*_\\")
    if not kind.sure and (len(value) < _SHORTEST or not is_real(value)):
        return None
    end = found.start(1) + len(value)
    if len(value) >= CUT and (rest := TAIL.match(found.string, end)):
        end = rest.end()
    return SecretSpan(found.start(1), end, rank, kind.name)


def _harmless(text: str, start: int) -> bool:
    """Whether an identifier that holds the name at `start` says that its value is nobody's secret."""
    before = _BEFORE.search(text, max(0, start - IDENTIFIER), start)
    after = _AFTER.match(text, start, start + IDENTIFIER)
    name = (before[0] if before else "") + (after[0].rstrip(".") if after else "")
    return bool(compiled(HARMLESS_NAME).search(name) or compiled(HARMLESS_SUFFIX).search(name))


_ROOTS: Final = _roots()
_PASSWORD: Final = NamedKind("a password", (), "")
