"""Whether a picture is whole, by its own bytes: a model would charge for half of one, or refuse it."""

from collections.abc import Callable
from typing import Final

from mixchat.domain.request import MediaType

Size = tuple[int, int]
"""Width and height in pixels."""
_NO_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG markers that nothing belongs to."""
_NO_FRAME: Final = frozenset({0xC4, 0xC8, 0xCC})
"""JPEG markers among those of frames that are none."""


def what_is_wrong(media_type: MediaType, data: bytes) -> str | None:
    """Return in words why these bytes are no whole picture of that kind; `None`: they are, or it is no picture."""
    read = _READERS.get(media_type)
    if read is None:
        return None
    try:
        width, height = read(data)
    except (IndexError, ValueError):
        return "is cut off or damaged"
    return None if width and height else "is a picture without a size"


def _png(data: bytes) -> Size:
    """Go from chunk to chunk to the one that ends the picture."""
    at, size, drawn = 8, None, False
    while True:
        length, name = int.from_bytes(_take(data, at, 4)), _take(data, at + 4, 4)
        body = _take(data, at + 8, length)
        _take(data, at + 8 + length, 4)
        if name == b"IHDR":
            size = int.from_bytes(_take(body, 0, 4)), int.from_bytes(_take(body, 4, 4))
        drawn = drawn or name == b"IDAT"
        if name == b"IEND":
            break
        at += length + 12
    if size is None or not drawn:
        raise ValueError
    return size


def _jpeg(data: bytes) -> Size:
    """Go from segment to segment to the picture itself; a small one for previews may stand before it."""
    at, size, marker = 2, None, 0
    while marker != 0xDA:
        marker, at = _marker(data, at)
        length = int.from_bytes(_take(data, at, 2))
        if length < 2:
            raise ValueError
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            size = int.from_bytes(_take(data, at + 5, 2)), int.from_bytes(_take(data, at + 3, 2))
        at += length
    if size is None:
        raise ValueError
    data.index(b"\xff\xd9", at)
    return size


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the next marker that something belongs to, and where that begins."""
    while data[at] == 0xFF and (data[at + 1] == 0xFF or data[at + 1] in _NO_LENGTH):
        at += 1 if data[at + 1] == 0xFF else 2
    if data[at] != 0xFF:
        raise ValueError
    return data[at + 1], at + 2


def _gif(data: bytes) -> Size:
    """Go from block to block to the mark of the end."""
    size = _little(data, 6, 2), _little(data, 8, 2)
    at, drawn = 13 + _palette(data[10]), False
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            drawn = True
            at = _behind_blocks(data, at + 11 + _palette(data[at + 9]))
        elif data[at] == 0x21:
            at = _behind_blocks(data, at + 2)
        else:
            raise ValueError
    if not drawn:
        raise ValueError
    return size


def _palette(flags: int) -> int:
    """Return the bytes of the table of colours that a GIF's flags tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes) -> Size:
    _take(data, 8, _little(data, 4, 4))
    kind, length = _take(data, 12, 4), _little(data, 16, 4)
    body = _take(data, 20, length)
    if kind == b"VP8X":
        return _little(body, 4, 3) + 1, _little(body, 7, 3) + 1
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = _little(body, 1, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and _take(body, 3, 3) == b"\x9d\x01\x2a":
        return _little(body, 6, 2) & 0x3FFF, _little(body, 8, 2) & 0x3FFF
    raise ValueError


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(_take(data, at, length), "little")


def _take(data: bytes, at: int, length: int) -> bytes:
    """Return these bytes.

    Raises:
        ValueError: they are not all there.
    """
    taken = data[at : at + length]
    if len(taken) < length:
        raise ValueError
    return taken


_READERS: Final[dict[MediaType, Callable[[bytes], Size]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
