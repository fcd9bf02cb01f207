"""Everything that a message names, read or fetched so that it can go along."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mixchat.chat.chat import Chat
from mixchat.domain.errors import NoLocalModel
from mixchat.domain.turn import FileRef

Fetching = Callable[[str], object]
"""Is told an address before it is fetched, and an empty one at the end."""


def _nothing(_: str) -> None:
    pass


async def attach_all(
    chat: Chat,
    files: Iterable[Path],
    addresses: Iterable[str],
    *,
    known: Sequence[FileRef] = (),
    own_network: bool = False,
    fetching: Fetching = _nothing,
) -> tuple[FileRef, ...]:
    """Read the files, and fetch what stands at the addresses.

    Args:
        chat: keeps what is attached.
        files: paths on this machine.
        addresses: web addresses.
        known: what an earlier try of the same message attached: an address among it is not fetched again.
        own_network: whether this machine and its network may be asked, too.
        fetching: is told an address before it is fetched, and an empty one at the end.

    Raises:
        BadRequest: something cannot be read, or is of a kind that no model takes.
        OwnNetwork: an address is of this machine or its network, and those may not be asked.
        NoLocalModel: the chat is private, and nothing is fetched for it.
    """
    found = [chat.attachments.add(path) for path in dict.fromkeys(files)]
    fetched = {file.path: file for file in known}
    try:
        for address in dict.fromkeys(addresses):
            page = fetched.get(address)
            if page is None:
                fetching(address)
                page = await _attach_page(chat, address, own_network=own_network)
            found.append(page)
    finally:
        fetching("")
    return tuple(dict.fromkeys(found))


async def _attach_page(chat: Chat, address: str, *, own_network: bool) -> FileRef:
    """Fetch a web page as it is now."""
    from mixchat.chat.web_page import fetch_page

    if chat.record.private:  # an address tells what the chat is about
        raise NoLocalModel(
            f"This chat is private: {address} is not fetched. Save the page and attach the file."
        )
    page = await fetch_page(address, own_network=own_network)
    # Under the address that was written: sent again, it is known by that.
    return chat.attachments.add_content(address, page.data)
