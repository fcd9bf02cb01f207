"""The prompt library: prompts and personas as files, `prompts/NAME.md` beside the config.

A file is the prompt's text with `{{name}}` for what is filled in; `{{input}}` is what is typed or piped in.
Before it may stand a head in TOML, between two lines of `+++`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from mixchat.config.atomic import write_atomically
from mixchat.config.toml_document import parse
from mixchat.domain.errors import ConfigError

INPUT: Final = "input"
_FENCE: Final = "+++"
_NAME: Final = re.compile(r"[\w][\w.-]{0,63}")
_PLACE: Final = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_LARGEST: Final = 1_000_000

TEMPLATE: Final = """+++
description = "what it is for"
# role = "coding"                # the role that answers; left out: the router decides
# model = "opus"                 # or the model
# system = "You are ..."         # a persona; with no text below it sets the chat up
[variables]
# language = "English"           # what {{language}} stands for when nothing is given
+++
{{input}}
"""


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """What the head of a prompt's file may say."""

    description: str = ""
    """What it is for, in a few words."""
    role: str | None = None
    """The role that answers."""
    model: str | None = None
    """The model that answers."""
    system: str | None = None
    """The system prompt that it comes with: a persona."""
    variables: dict[str, str] = {}
    """What a name stands for when nothing is given for it."""

    def __post_init__(self) -> None:
        if self.role is not None and self.model is not None:
            raise ValueError("model cannot stand beside role: keep one of them.")


class Prompt(Struct, frozen=True):
    """A prompt or a persona of the library."""

    name: str
    head: Head
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """What can be filled in, in the order in which it stands there."""
        places = _PLACE.findall(f"{self.head.system or ''}\n{self.text}")
        return tuple(dict.fromkeys(name for name in places if name != INPUT))

    @property
    def is_persona(self) -> bool:
        """Whether it only says who answers, and has no text of its own."""
        return self.head.system is not None and not self.text.strip()

    def fill(self, values: Mapping[str, str], typed: str = "") -> "Filled":
        """Return the prompt with everything filled in; what is typed stands at `{{input}}`, else at the end.

        Raises:
            ConfigError: a name has no value, or a value no name.
        """
        known = {**self.head.variables, **values}
        if strange := [name for name in values if name not in self.names]:
            has = f"it has {', '.join(self.names)}" if self.names else "it has none"
            raise ConfigError(f"The prompt {self.name} has no {strange[0]}; {has}.")
        if missing := [name for name in self.names if name not in known]:
            raise ConfigError(f"The prompt {self.name} needs {' and '.join(missing)}: write {missing[0]}=...")
        known[INPUT] = typed

        def filled(text: str) -> str:
            return _PLACE.sub(lambda place: known[place[1]], text)

        text = filled(self.text).strip("\n")
        if typed and INPUT not in _PLACE.findall(self.text):
            text = f"{text}\n\n{typed}".strip("\n")
        return Filled(
            text,
            None if self.head.system is None else filled(self.head.system),
            self.head.role,
            self.head.model,
        )


class Filled(Struct, frozen=True):
    """A prompt that is ready to be sent."""

    text: str
    system: str | None
    role: str | None
    model: str | None


class Prompts:
    """The prompts in one directory; each file is read when it is asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def names(self) -> tuple[str, ...]:
        """Return the names of all prompts."""
        try:
            return tuple(
                sorted(path.stem for path in self.directory.glob("*.md") if _NAME.fullmatch(path.stem))
            )
        except OSError:
            return ()

    def get(self, name: str) -> Prompt:
        """Return the prompt of that name.

        Raises:
            ConfigError: there is none, or its file cannot be used.
        """
        if name not in self.names():
            from mixchat.config.toml_validation import did_you_mean

            guess = did_you_mean(name, self.names()) or f"; make one with: mixchat prompts edit {name}"
            raise ConfigError(f'There is no prompt "{name}"{guess}')
        path = self.path(name)
        try:
            if path.stat().st_size > _LARGEST:
                raise ConfigError(
                    f"{path} is larger than {_LARGEST // 1_000_000} MB; attach such a text as a file."
                )
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ConfigError(f"{path} is not UTF-8; save the file as UTF-8.") from None
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
        return read_prompt(name, text, str(path))

    def path(self, name: str) -> Path:
        """Return where a prompt's file is, or would be.

        Raises:
            ConfigError: no file can have that name.
        """
        if not _NAME.fullmatch(name):
            raise ConfigError(f'"{name}" cannot be a prompt\'s name; use letters, digits, "-", "_" and ".".')
        return self.directory / f"{name}.md"

    def make(self, name: str) -> Path:
        """Return where a prompt's file is; one that is not there yet is begun.

        Raises:
            ConfigError: no file can have that name, or it cannot be written.
        """
        path = self.path(name)
        if not path.exists():
            write_atomically(path, TEMPLATE)
        return path

    def remove(self, name: str) -> None:
        """Remove a prompt.

        Raises:
            ConfigError: there is none, or it cannot be removed.
        """
        self.get_path(name).unlink()

    def get_path(self, name: str) -> Path:
        """Return where the file of a prompt is that is there.

        Raises:
            ConfigError: there is none.
        """
        if name not in self.names():
            self.get(name)
        return self.path(name)


def read_prompt(name: str, text: str, source: str) -> Prompt:
    """Return the prompt that a file's text writes.

    Raises:
        ConfigError: its head does not fit.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != _FENCE:
        return Prompt(name, Head(), text)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
    if end is None:
        raise ConfigError(
            f"{source}, line 1: the head that begins with {_FENCE} does not end; close it with {_FENCE}."
        )
    # An empty line stands for the fence, so that a line's number is the file's.
    head = parse("\n" + "\n".join(lines[1:end]), source).fit(Head)
    return Prompt(name, head, "\n".join(lines[end + 1 :]))
