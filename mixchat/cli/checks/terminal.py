"""The terminal and what surrounds it."""

import locale
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from mixchat.cli.checks.check import Check

_AREA = "terminal"
_SMALLEST = (60, 15)
"""Columns and rows from which on everything fits."""


def check_terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield what the terminal can do."""
    yield _size()
    yield _colours(environ)
    encoding = (sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)).lower()
    if encoding.replace("-", "") == "utf8":
        yield Check(_AREA, "characters", "works", "UTF-8")
    else:
        advice = "Use a UTF-8 locale, such as LANG=C.UTF-8, or start with --plain."
        yield Check(_AREA, "characters", "trouble", f"{encoding}, not UTF-8", advice)
    yield _editor(environ)


def check_network_settings(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield the proxies and certificates that are set."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        if said := environ.get(name) or environ.get(name.lower()):
            yield Check("network", name, "works", _without_password(said))
    if said := environ.get("SSL_CERT_FILE"):
        there = Path(said).is_file()
        advice = "" if there else "Correct SSL_CERT_FILE, or remove it."
        found = said if there else f"{said} does not exist"
        yield Check("network", "SSL_CERT_FILE", "works" if there else "trouble", found, advice)


def _size() -> Check:
    if not sys.stdout.isatty():
        return Check(_AREA, "size", "note", "stdout is no terminal here")
    columns, rows = shutil.get_terminal_size()
    found = f"{columns} columns, {rows} rows"
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        return Check(_AREA, "size", "note", found, "Make it at least 60 by 15.")
    return Check(_AREA, "size", "works", found)


def _colours(environ: Mapping[str, str]) -> Check:
    if environ.get("NO_COLOR"):
        return Check(_AREA, "colours", "works", "none, as NO_COLOR asks")
    term = environ.get("TERM", "")
    if term in {"dumb", "unknown"}:
        return Check(_AREA, "colours", "note", f"TERM={term} has none", "Start with --plain.")
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Check(_AREA, "colours", "works", "16 million")
    many = "256color" in term
    return Check(_AREA, "colours", "works", f"{'256' if many else '16, or more than it says'} (TERM={term})")


def _editor(environ: Mapping[str, str]) -> Check:
    said = environ.get("VISUAL") or environ.get("EDITOR")
    if not said:
        advice = "Set VISUAL or EDITOR to write prompts in it."
        return Check(_AREA, "editor", "note", "none is set", advice)
    program = said.split()[0]
    if shutil.which(program) is None and os.sep not in program:
        return Check(_AREA, "editor", "trouble", f"{program} was not found", "Correct VISUAL or EDITOR.")
    return Check(_AREA, "editor", "works", said)


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}…@{rest.rpartition('@')[2]}" if "@" in rest else url
