"""The facts at the head of a GGUF file, read without the weights behind them.

The format is llama.cpp's own (`docs/gguf.md` in the ggml repository): magic, version, two counts, then
key/value pairs. Reading stops at the tokenizer's tables, which come after everything that is used here.
"""

import struct
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

MAGIC: Final = b"GGUF"
_SCALARS: Final = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_STRING: Final = 8
_ARRAY: Final = 9
_LONGEST_STRING: Final = 1 << 24
_MOST_KEYS: Final = 4096

Value = int | float | bool | str


class NotGguf(ValueError):
    """The file does not begin the way a GGUF file does."""


class Header(Struct, frozen=True):
    """What a model says about itself."""

    values: dict[str, Value]

    @property
    def name(self) -> str | None:
        """The model's name, for people."""
        found = self.values.get("general.name")
        return found if isinstance(found, str) else None

    @property
    def family(self) -> str | None:
        """The base name that all sizes of a model share, such as `smollm2`."""
        found = self.values.get("general.basename")
        return found.lower() if isinstance(found, str) else None

    @property
    def context(self) -> int | None:
        """Tokens that the model was trained to look back on."""
        return self._number("context_length")

    @property
    def cache_per_token(self) -> int | None:
        """Bytes of key/value cache that one token of context takes at 16 bits, over all layers."""
        layers, heads, width = (
            self._number(key) for key in ("block_count", "attention.head_count", "embedding_length")
        )
        if not (layers and heads and width):
            return None
        kept = self._number("attention.head_count_kv") or heads
        key = self._number("attention.key_length") or width // heads
        value = self._number("attention.value_length") or width // heads
        return layers * kept * (key + value) * 2

    def _number(self, key: str) -> int | None:
        found = self.values.get(f"{self.values.get('general.architecture')}.{key}")
        return found if isinstance(found, int) else None


def read_header(path: Path) -> Header:
    """Return what the GGUF file at `path` says about itself.

    Raises:
        NotGguf: the file is something else, or is cut off.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise NotGguf(f"{path} is not a GGUF file")
        try:
            return Header(_pairs(file))
        except (struct.error, KeyError, OverflowError) as error:
            raise NotGguf(f"{path} is not a whole GGUF file") from error


def _pairs(file: BinaryIO) -> dict[str, Value]:
    _version, _tensors, count = _unpack(file, "<IQQ")
    values: dict[str, Value] = {}
    for _ in range(min(count, _MOST_KEYS)):
        key = _string(file)
        if key.startswith("tokenizer."):
            break
        value = _value(file, _unpack(file, "<I")[0])
        if value is not None:
            values[key] = value
    return values


def _value(file: BinaryIO, kind: int) -> Value | None:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        inner, count = _unpack(file, "<IQ")
        items = [_value(file, inner) for _ in range(count)]
        # Per-layer numbers: the largest is the safe one to plan memory by.
        numbers = [item for item in items if isinstance(item, int)]
        return max(numbers) if numbers else None
    return _unpack(file, _SCALARS[kind])[0]


def _string(file: BinaryIO) -> str:
    (length,) = _unpack(file, "<Q")
    if length > _LONGEST_STRING:
        raise OverflowError(length)
    return file.read(length).decode(errors="replace")


def _unpack(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))
