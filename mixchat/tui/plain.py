"""The app as append-only text: for screen readers and terminals that can do no more."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.chat.chat import Chat
from mixchat.chat.desk import Prompt
from mixchat.tui import figures
from mixchat.tui.composer.mentions import read_mentions
from mixchat.tui.opening import Opening
from mixchat.words.error import ConfigError, ProviderError, StorageError
from mixchat.words.event import ChatEvent, Failed, Finished, Rerouted, Retrying, Routed, Text
from mixchat.words.turn import Turn

if TYPE_CHECKING:
    from mixchat.house import House

_HELP = "Write a prompt and press Enter. @name asks one role or model. /quit leaves; Ctrl+C stops a reply."


def run_plain(house: "House", opening: Opening) -> int:
    """Talk line by line until the input ends; return the exit code."""
    try:
        chat = _chat(house, opening)
    except ConfigError as error:
        _say(str(error))
        return 2
    for turn in chat.turns:
        _write(f"You: {turn.prompt}\n")
        _write(f"{_who(turn)}: {turn.reply}\n{_footer(turn)}\n")
    _say(_HELP)
    while (line := _ask()) is not None:
        if line.strip() in {"/quit", "/exit"}:
            break
        if line.strip():
            asyncio.run(_answer(house, chat, line))
    asyncio.run(house.aclose())
    return 0


def _chat(house: "House", opening: Opening) -> Chat:
    if opening.resume is not None:
        return house.saved_chat(opening.resume)
    return house.last_chat() if opening.last else house.new_chat()


def _ask() -> str | None:
    try:
        return input("You: ")
    except (EOFError, KeyboardInterrupt):
        _write("\n")
        return None


async def _answer(house: "House", chat: Chat, line: str) -> None:
    """Answer one prompt. Ctrl+C stops it; what came is kept."""
    mentions = read_mentions(line, house.pin, Path.cwd())
    if mentions.nothing is not None:
        _say(f"@{mentions.nothing} is no role, alias, model or file here; nothing was sent.")
        return
    try:
        files = tuple(chat.attach(path) for path in mentions.files)
        prompt = Prompt(text=mentions.body, files=files, pin=mentions.pin)
        await _read_out(chat.answer(prompt, chat.path.leaf))
    except (ProviderError, StorageError) as error:
        _say(str(error))
    except (KeyboardInterrupt, asyncio.CancelledError):
        _say("\nStopped; what came is kept.")


async def _read_out(events: AsyncGenerator[ChatEvent]) -> None:
    async with aclosing(events):
        async for event in events:
            match event:
                case Routed(decision) if decision.lineup:
                    _write(f"{decision.role or 'pinned'}, {decision.lineup[0].ref}: ")
                case Text(text):
                    _write(text)
                case Rerouted(source, target, failure):
                    _say(f"\n{source} failed: {failure.message} Asking {target}.")
                case Retrying(ref, wait, failure):
                    _say(f"\n{ref}: {failure.message} Asking again in {figures.seconds(wait)}.")
                case Finished(turn):
                    _say(f"\n{_footer(turn)}")
                case Failed(turn, failure):
                    _say(f"\n{failure.message}")
                case _:
                    pass


def _who(turn: Turn) -> str:
    return str(turn.ref) if turn.ref else "nobody"


def _footer(turn: Turn) -> str:
    return f"({_who(turn)}, {figures.seconds(turn.seconds)}, {figures.money(turn.cost)})"


def _say(sentence: str) -> None:
    _write(f"{sentence}\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
