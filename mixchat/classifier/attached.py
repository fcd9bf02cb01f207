"""What is attached speaks beside the words: `improve this` is one thing with a program and another with a poem."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Final, Literal

from mixchat.classifier.patterns import structure_marks
from mixchat.domain.turn import FileRef

READ: Final = 1500
"""Characters from the start of a file that are looked at."""
Kind = Literal["code", "creative"]

_CODE: Final = frozenset(
    [
        "py",
        "pyi",
        "ipynb",
        "js",
        "mjs",
        "cjs",
        "ts",
        "tsx",
        "jsx",
        "java",
        "kt",
        "kts",
        "c",
        "h",
        "cc",
        "cpp",
        "hpp",
        "cxx",
        "cs",
        "go",
        "rs",
        "rb",
        "php",
        "swift",
        "scala",
        "dart",
        "lua",
        "pl",
        "r",
        "jl",
        "m",
        "mm",
        "sql",
        "sh",
        "bash",
        "zsh",
        "fish",
        "ps1",
        "bat",
        "cmd",
        "html",
        "htm",
        "css",
        "scss",
        "sass",
        "less",
        "vue",
        "svelte",
        "xml",
        "xsl",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "json",
        "jsonc",
        "graphql",
        "proto",
        "tf",
        "hcl",
        "gradle",
        "cmake",
        "mk",
        "dockerfile",
        "makefile",
        "diff",
        "patch",
        "log",
        "trace",
        "asm",
        "s",
        "vb",
        "vba",
        "hs",
        "ml",
        "ex",
        "exs",
        "erl",
        "clj",
        "lisp",
        "sol",
        "zig",
        "nim",
        "f90",
        "tex",
        "bib",
        "lock",
        "env",
        "gitignore",
        "editorconfig",
    ]
)
"""Endings, and whole names, of what a programmer works with."""
_CODE_NAMES: Final = re.compile(
    r"(?:^|[-_.])(?:dockerfile|makefile|rakefile|gemfile|procfile|crash|traceback|stacktrace|stderr)(?:$|[-_.])"
)
_CREATIVE_NAMES: Final = re.compile(
    r"poem|poetry|haiku|sonnet|limerick|lyrics|song|verse|story|stories|tale|novel|chapter|scene|screenplay|monologue|fiction|fanfic"
    r"|gedicht|geschichte|m(?:ä|ae)rchen|roman\b|conte|po[eè]me|chanson|poesia|poema|cuento|cancion|canci[oó]n|racconto|fiaba|wiersz"
    r"|bajka|opowiadanie|стих|рассказ|сказка|песня|诗|小说|故事|歌词|小説|物語|قصيدة|قصة"
)
_CREATIVE_STARTS: Final = re.compile(
    r"^\s*(?:\[?(?:verse|chorus|bridge|refrain|intro|strophe|estribillo)\b|(?:INT|EXT)\.\s|chapter (?:\d|one|[ivx]+\b)|act (?:\d|one|[ivx]+\b)"
    r"|once upon a time|it was a dark|il était une fois|es war einmal|érase una vez|había una vez|c'era una volta|era uma vez|жил[аи]?[- ]был"
    r"|dawno, dawno temu|从前|昔々|むかしむかし|كان يا ما كان)",
    re.IGNORECASE | re.MULTILINE,
)
_TOLD: Final = re.compile(r"\b(?:had|was|were|said|looked|felt|knew|went|came|turned|lifted|found|never)\b")
_DRY: Final = re.compile(
    r"\d|@|\b(?:we|the committee|meeting|agreement|clause|report|dear|abstract|invoice|minutes|speaker)\b",
    re.IGNORECASE,
)
_CODE_MARKS: Final = frozenset({"traceback", "code line"})
_SAYS: Final[Mapping[Kind, Mapping[str, float]]] = {
    "code": {"coding": 7.5, "creative": -2.0},
    "creative": {"creative": 6.0, "coding": -2.0},
}
"""What a kind of file adds to the scores of the model's classes."""


def kind_of(file: FileRef, start: str) -> Kind | None:
    """Return what a file is, by its name and how it starts; `None`: nothing that speaks for a role."""
    name = PurePath(file.path.replace("\\", "/")).name.lower()
    ending = name.rpartition(".")[2]
    if file.media_type != "text/plain" and ending not in {"html", "xml"}:
        return "creative" if _CREATIVE_NAMES.search(name) and ending in {"docx", "odt", "rtf"} else None
    if ending in _CODE or _CODE_NAMES.search(name):
        return "code"
    start = start[:READ]
    if _CODE_MARKS.intersection(structure_marks(start)) and not _CREATIVE_STARTS.search(start):
        return "code"
    if _CREATIVE_NAMES.search(name) or _CREATIVE_STARTS.search(start) or _is_verse(start) or _is_told(start):
        return "creative"
    return None


def _is_verse(start: str) -> bool:
    """Whether it is in short lines without figures, as verse is."""
    lines = [line.strip() for line in start.splitlines() if line.strip()]
    if len(lines) < 3 or _DRY.search(start):
        return False
    return max(map(len, lines)) <= 64 and all(line[0].isalpha() or line[0] in "\"'“‘" for line in lines)


def _is_told(start: str) -> bool:
    return len(_TOLD.findall(start)) >= 2 and not _DRY.search(start) and start[:1].isupper()


def lean(files: Sequence[FileRef], starts: Sequence[str]) -> dict[str, float]:
    """Return what the files add to the classes' scores; several of a kind say it once.

    Args:
        files: what is attached.
        starts: the first lines of each, empty where there is no text or nobody read it.
    """
    padded = [*starts, *("" for _ in range(len(files) - len(starts)))]
    kinds: set[Kind | None] = {kind_of(file, start) for file, start in zip(files, padded, strict=False)}
    says = [_SAYS[kind] for kind in kinds if kind is not None]
    return {label: score for one in says for label, score in one.items()}
