"""A message from the composer as a turn: what it names is attached, and it may take another turn's place."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from msgspec import structs

from mixchat.chat.attach_all import Fetching, attach_all
from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import GuardOverrides, TurnRequest
from mixchat.domain.events import ChatEvent
from mixchat.domain.turn import FileRef, Outcome
from mixchat.tui.composer.message import ComposedMessage


async def send_message(
    chat: Chat, message: ComposedMessage, allow: GuardOverrides, fetching: Fetching
) -> AsyncGenerator[ChatEvent]:
    """Attach what a message names, and yield the events of its turn.

    Args:
        chat: is sent the message.
        message: as it left the composer.
        allow: what the person lets pass this once.
        fetching: is told of each web page before it is fetched.
    """
    files = await attach_all(
        chat,
        message.files,
        message.addresses,
        known=_attached_before(chat, message),
        own_network=message.own_network,
        fetching=fetching,
    )
    async with aclosing(_answer(chat, message, files, allow)) as events:
        async for event in events:
            yield event


def _edited_turn(chat: Chat, message: ComposedMessage) -> str | None:
    edited = message.edits.turn if message.edits else None
    return edited if edited is not None and chat.path.has(edited) else None


def _attached_before(chat: Chat, message: ComposedMessage) -> Sequence[FileRef]:
    """Return what went with the turn whose place this message takes."""
    edited = _edited_turn(chat, message)
    if edited is not None:
        return chat.path.turn(edited).files
    last = chat.turns[-1] if chat.turns else None
    return last.files if last is not None and last.outcome is Outcome.FAILED else ()


def _answer(
    chat: Chat, message: ComposedMessage, files: tuple[FileRef, ...], allow: GuardOverrides
) -> AsyncGenerator[ChatEvent]:
    request = TurnRequest(
        text=message.prompt, files=files, pin=message.pin, settings=message.settings, allow=allow
    )
    edited = _edited_turn(chat, message)
    if edited is not None:
        kept = _still_named(chat.path.turn(edited).files, message)
        return chat.regenerate(edited, structs.replace(request, files=tuple(dict.fromkeys((*kept, *files)))))
    last = chat.turns[-1] if chat.turns else None
    # What could not be answered and is sent again takes the place of the turn that failed.
    repeated = last is not None and last.outcome is Outcome.FAILED and not last.reply
    if last is not None and repeated and chat.original_prompt(last) == message.prompt:
        return chat.regenerate(last.id, request)
    return chat.answer(request, chat.newest_leaf(), rewrites=message.rewrites)


def _still_named(files: Sequence[FileRef], message: ComposedMessage) -> list[FileRef]:
    """Return the files of an earlier prompt whose names its new words still hold, though the files are gone."""
    found = {*map(str, message.files), *message.addresses}
    return [file for file in files if file.path not in found and Path(file.path).name in message.prompt]
