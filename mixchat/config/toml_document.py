"""TOML files, read strictly: whatever cannot be used is said with file, line, key and what is allowed."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mixchat.domain.errors import ConfigError

Shape = TypeVar("Shape")


class TomlDocument(Struct, frozen=True):
    """The text of a TOML file and the values in it. Fractions are exact decimals."""

    source: str
    """The file's path, or what stands for it in an error."""
    text: str
    values: dict[str, Any]

    def fit(self, shape: type[Shape]) -> Shape:
        """Return the values as a `shape`.

        Raises:
            ConfigError: the first thing that does not fit.
        """
        try:
            return msgspec.convert(self.values, shape)
        except msgspec.ValidationError as error:
            from mixchat.config.toml_validation import first_error

            raise first_error(self, shape, str(error)) from None

    def error(self, path: tuple[str | int, ...], sentence: str) -> ConfigError:
        """Return the error that says `sentence` about the value at `path`, with file and line."""
        from mixchat.config.toml_validation import line_of

        line = line_of(self.text, path)
        return ConfigError(f"{self.source}{f', line {line}' if line else ''}: {sentence}")


def parse(text: str, source: str) -> TomlDocument:
    """Return the document that `text` writes.

    Raises:
        ConfigError: it is not TOML.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        return TomlDocument(source, text, tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        from mixchat.config.toml_syntax import explain_syntax

        mistake = explain_syntax(text, str(error))
        raise ConfigError(f"{source}, line {mistake.line}: this is not TOML: {mistake.words}.") from None
    except (ValueError, ArithmeticError, RecursionError):  # a number or a nesting beyond every limit
        raise ConfigError(
            f"{source}: a number in it is too long, or its lists are nested too deep."
        ) from None


def read_text(path: Path) -> str | None:
    """Return what a file says, or `None` when there is no such file.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        if path.is_fifo() or path.is_char_device():
            raise ConfigError(f"{path} is not a file; put a file in its place.")
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error


def read(path: Path, text_of: Callable[[Path], str | None] = read_text) -> TomlDocument | None:
    """Return the document at `path`, or `None` when there is no such file.

    Args:
        path: the file.
        text_of: returns what it says; given where it may say something that is not on disk yet.

    Raises:
        ConfigError: the file cannot be read, or is not TOML.
    """
    text = text_of(path)
    return None if text is None else parse(text, str(path))
