"""The app as append-only text: for screen readers and terminals that can do no more."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import structs

from mixchat.chat.attach_all import attach_all
from mixchat.chat.chat import Chat
from mixchat.chat.mentions import read_mentions
from mixchat.config.prompts import Filled
from mixchat.domain.chat_request import GenerationSettings, GuardOverrides, TurnRequest
from mixchat.domain.errors import ConfigError, ErrorCode, OwnNetwork, ProviderError, StorageError
from mixchat.domain.events import (
    ChatEvent,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mixchat.domain.turn import Outcome, Turn
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.plain.commands import PlainCommands, PlainState
from mixchat.tui.plain.line_reader import LineReader, line_reader
from mixchat.tui.plain.output import say, write

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_HELP: Final = "Write a prompt and press Enter; /help lists the commands. Ctrl+C stops a reply, /quit leaves."
_ALLOWED: Final[dict[ErrorCode, GuardOverrides]] = {
    "secret": GuardOverrides(secret=True),
    "budget": GuardOverrides(over_budget=True),
}
"""What a yes to the question about a guard allows."""


def run_plain(runtime: "Runtime", options: LaunchOptions) -> int:
    """Talk line by line until the input ends; return the exit code."""
    try:
        chat = _chat(runtime, options)
    except ConfigError as error:
        say(f"mixchat: {error}")
        return 2
    for turn in chat.turns:
        say(f"You: {turn.prompt}")
        say(f"{_who(turn)}: {turn.reply}")
        say(_footer(turn))
    say(_HELP)
    state = PlainState(chat)
    commands = PlainCommands(runtime, state)
    with asyncio.Runner() as runner:  # connections live as long as their loop
        runner.run(runtime.discover())
        reader = line_reader(runner, runtime.storage.drafts, commands)
        while not state.leaving and (line := reader.read("You: ")) is not None:
            if line.strip() and not commands.run(line):
                _talk(runner, runtime, state.chat, line, reader)
            if state.filled is not None:
                _send(runner, state.chat, _request(runtime, state.filled), reader)
            elif state.again:
                _guarded(runner, state.chat, state.chat.regenerate(state.chat.turns[-1].id), reader)
            state.again, state.filled = False, None
        runner.run(runtime.aclose())
    return 0


def _chat(runtime: "Runtime", options: LaunchOptions) -> Chat:
    if options.resume is not None:
        return runtime.saved_chat(options.resume)
    return runtime.last_chat() if options.last else runtime.new_chat()


def _talk(runner: asyncio.Runner, runtime: "Runtime", chat: Chat, line: str, reader: LineReader) -> None:
    """Answer a line."""
    mentions = read_mentions(line, runtime.routing.resolve_name, Path.cwd())
    if mentions.nothing is not None:
        say(f"@{mentions.nothing} is no role, alias, model or file here; nothing was sent.")
        return
    try:
        files = runner.run(attach_all(chat, mentions.files, mentions.addresses, fetching=_say_fetching))
    except OwnNetwork as error:
        say(f"{error.message} Only `mixchat ask --own-network` fetches it here.")
        return
    except (ProviderError, StorageError) as error:
        say(str(error))
        return
    _send(runner, chat, TurnRequest(text=mentions.body, files=files, pin=mentions.pin), reader)


def _say_fetching(address: str) -> None:
    if address:
        say(f"Fetching {address} ...")


def _request(runtime: "Runtime", filled: Filled) -> TurnRequest:
    """Return what is sent for a prompt of the library; a role or model that is nothing is left to the router."""
    name = filled.role or filled.model
    pin = runtime.routing.resolve_name(name) if name else None
    return TurnRequest(text=filled.text, pin=pin, settings=GenerationSettings(system=filled.system))


def _send(runner: asyncio.Runner, chat: Chat, prompt: TurnRequest, reader: LineReader) -> None:
    _guarded(runner, chat, chat.answer(prompt, chat.newest_leaf()), reader, prompt)


def _guarded(
    runner: asyncio.Runner,
    chat: Chat,
    events: AsyncGenerator[ChatEvent],
    reader: LineReader,
    prompt: TurnRequest | None = None,
) -> None:
    """Read an answer out; where a guard stopped it, ask whether it may go on."""
    stopped = runner.run(_answer(events))
    if stopped is None or stopped.failure is None:
        return
    code = stopped.failure.code
    prompt = prompt or TurnRequest(text=chat.original_prompt(stopped), files=stopped.files)
    allow = _asked(reader, code)
    if allow is not None:
        runner.run(_answer(chat.regenerate(stopped.id, structs.replace(prompt, allow=allow))))


def _asked(reader: LineReader, code: ErrorCode) -> GuardOverrides | None:
    """Return what the person lets pass of what a guard stopped."""
    allow = _ALLOWED.get(code)
    if allow is None:
        return None
    always = ", or a to always send it" if code == "secret" else ""
    said = (reader.read(f"Send it anyway? y or n{always}: ") or "").strip().lower()
    if code == "secret" and said in {"a", "always"}:
        return GuardOverrides(secret=True, secret_for_good=True)
    return allow if said in {"y", "yes"} else None


async def _answer(events: AsyncGenerator[ChatEvent]) -> Turn | None:
    """Read a reply out and return its turn if it failed. Ctrl+C stops it; what came is kept."""
    failed: Turn | None = None
    try:
        async with aclosing(events):
            async for event in events:
                _read_out(event)
                if isinstance(event, TurnFailed):
                    failed = event.turn
    except (ProviderError, StorageError) as error:
        say(str(error))
    except asyncio.CancelledError:
        say("\nStopped; what came is kept.")
    return failed


def _read_out(event: ChatEvent) -> None:
    match event:
        case Routed(decision) if decision.fallback_order:
            write(f"{decision.role or 'pinned'}, {decision.fallback_order[0].ref}: ")
        case TextDelta(text):
            write(text)
        case Notice(_, text):
            say(f"\n({text})")
        case FailedOver(source, target, failure):
            say(f"\n{source} failed: {failure.message} Asking {target}.")
        case Retrying(ref, wait, failure):
            say(f"\n{ref}: {failure.message} Asking again in {formatting.seconds(wait)}.")
        case TurnFinished(turn):
            say(f"\n{_footer(turn)}")
        case TurnFailed(_, failure):
            say(f"\n{failure.message}")
        case _:
            pass


def _who(turn: Turn) -> str:
    return str(turn.ref) if turn.ref else "nobody"


def _footer(turn: Turn) -> str:
    """Return who answered, how long it took and what it cost, and what went wrong."""
    line = f"({_who(turn)}, {formatting.seconds(turn.seconds)}, {money.turn_cost(turn)})"
    if turn.outcome is Outcome.OPEN:
        return f"{line} Another window is answering it."
    if turn.outcome is Outcome.STOPPED:
        return f"{line} Stopped."
    return f"{line} {turn.failure.message}" if turn.failure else line
