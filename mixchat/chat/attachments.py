"""Files from disk, checked and kept so that a chat can be rebuilt after they have changed."""

import hashlib
import mimetypes
from pathlib import Path
from typing import Final, get_args

from mixchat.chat.notebook import SUFFIX, without_pictures
from mixchat.chat.pictures import what_is_wrong
from mixchat.config.bounded_read import read_bounded
from mixchat.domain.decode import decode_text
from mixchat.domain.errors import BadRequest
from mixchat.domain.request import MediaType
from mixchat.domain.turn import FileRef
from mixchat.storage.turns import TurnStore

LARGEST: Final = 20_000_000
"""Bytes of one file; the providers' own limits lie around it."""
_START: Final = 4096
"""Bytes of a file that the router is shown."""
_SIGNATURES: Final[tuple[tuple[bytes, MediaType], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


class AttachmentStore:
    """Keeps the content of files in the history, where `FileRef`s find it again."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store

    def add(self, path: Path) -> FileRef:
        """Read a file and keep it, so that it can go with a message.

        Raises:
            BadRequest: it cannot be read, is too large, or is of a kind that no model takes.
        """
        try:
            data = read_bounded(path, LARGEST)
        except OSError as error:
            raise BadRequest(f"{path} cannot be read: {error.strerror or error}.") from error
        if len(data) > LARGEST:
            raise BadRequest(f"{path.name} is larger than {LARGEST // 1_000_000} MB; attach a smaller file.")
        return self.add_content(str(path).encode(errors="surrogateescape").decode(errors="replace"), data)

    def add_content(self, name: str, data: bytes) -> FileRef:
        """Keep what was found at `name`, a path or a web address.

        Raises:
            BadRequest: it is of a kind that no model takes, or a picture that is not whole.
            StorageError: the history cannot be written.
        """
        media_type = kind(name, data)
        _check_picture(name, media_type, data)
        text = decode_text(data) if media_type == "text/plain" else None
        if text is None:
            digest = hashlib.sha256(data).hexdigest()
            self._store.keep_file(digest, data)
            return FileRef(name, media_type, len(data), digest)
        if name.endswith(SUFFIX):
            text = without_pictures(text)
        data = text.encode(errors="replace")
        digest = hashlib.sha256(data).hexdigest()
        self._store.keep_text(digest, text)
        return FileRef(name, media_type, len(data), digest)

    def first_lines(self, file: FileRef) -> str:
        """Return how a text file starts, as far as the router looks at it; empty for anything else, or when it is gone."""
        if file.media_type != "text/plain":
            return ""
        if file.digest:
            data = self._store.file(file.digest) or b""
        else:
            try:
                with Path(file.path).open("rb") as opened:
                    data = opened.read(_START)
            except OSError:
                return ""
        return data[:_START].decode(errors="replace")


def kind(name: str, data: bytes) -> MediaType:
    """Return what a file is, by its first bytes; any text counts as `text/plain`.

    Raises:
        BadRequest: it is neither text nor an image or document that models take.
    """
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if decode_text(data) is not None:
        return "text/plain"
    guess = mimetypes.guess_type(name)[0] or "of an unknown kind"
    taken = ", ".join(media.rpartition("/")[2] for media in get_args(MediaType)[:-1])
    raise BadRequest(f"{name} is {guess}; text files and {taken} can be attached.")


def _check_picture(name: str, media_type: MediaType, data: bytes) -> None:
    """Raise `BadRequest` for a picture that is not whole, and for what is called one and is none."""
    called = mimetypes.guess_type(name)[0] or ""
    shown = name if "://" in name else Path(name).name
    if media_type == "text/plain" and called in get_args(MediaType)[:-1] and "://" not in name:
        wrong = "is empty" if not data else f"is text and no {called.rpartition('/')[2].upper()}"
    else:
        wrong = what_is_wrong(media_type, data)
    if wrong is not None:
        raise BadRequest(f"{shown} {wrong}; save it again, or leave it out.")
