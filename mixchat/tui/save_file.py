"""Writing what is on the screen to a new file; nothing that is there is ever written over."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.storage.chats import ChatRecord

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


def export_chat(runtime: "Runtime", record: ChatRecord, name: str) -> str:
    """Write a chat to a new file, in the format that its name asks for; return a sentence about it."""
    from mixchat.transfer.exporter import Exporter
    from mixchat.transfer.render import form_of, render

    storage, settings = runtime.storage, runtime.settings
    document = Exporter(storage.chats, storage.turns).chat(record)
    path = Path(name)
    pieces = render(document, form_of(path), settings.config.theme, settings.paths.themes)
    return save_new(path, pieces, "the chat")


def save_new(path: Path, pieces: Iterable[bytes], what: str) -> str:
    """Write a new file and return a sentence about it."""
    try:
        path = path.expanduser()
        with path.open("xb") as file:
            file.writelines(pieces)
    except FileExistsError:
        return f"{path} is there already; choose another name."
    except (OSError, RuntimeError) as error:
        return f"{path} cannot be written: {getattr(error, 'strerror', None) or error}."
    return f"Saved {what} to {path}."
