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
from mixchat.tui.plain.line_reader import keys_for_editor, line_reader
from mixchat.tui.plain.output import own_title, say, write
from mixchat.tui.plain.running_cost import RunningCost

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_HELP: Final = "Write a prompt and press Enter; /help lists the commands. Ctrl+C stops a reply, /quit leaves."
_ALLOWED: Final[dict[ErrorCode, GuardOverrides]] = {
    "secret": GuardOverrides(secret=True),
    "budget": GuardOverrides(over_budget=True),
}
"""What a yes to the question about a guard allows."""
_ENDS: Final = {Outcome.OPEN: "Another window is answering it.", Outcome.STOPPED: "Stopped."}


def run_plain(runtime: "Runtime", options: LaunchOptions) -> int:
    """Talk line by line until the input ends; return the exit code."""
    import gc

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
    with own_title(), keys_for_editor(), asyncio.Runner() as runner:  # connections live as long as their loop
        runner.run(runtime.discover())
        gc.enable()
        PlainApp(runtime, runner, PlainState(chat)).talk()
        runner.run(runtime.aclose())
    return 0


def _chat(runtime: "Runtime", options: LaunchOptions) -> Chat:
    if options.resume is not None:
        return runtime.saved_chat(options.resume)
    return runtime.last_chat() if options.last else runtime.new_chat()


class PlainApp:
    """Reads lines and answers them, one after another."""

    def __init__(self, runtime: "Runtime", runner: asyncio.Runner, state: PlainState) -> None:
        self._runtime = runtime
        self._runner = runner
        self._state = state
        self._commands = PlainCommands(runtime, state)
        self._reader = line_reader(runner, runtime.storage.drafts, self._commands)
        self._costs = RunningCost(runtime)

    def talk(self) -> None:
        """Go on until nothing comes any more."""
        state = self._state
        while not state.leaving and (line := self._reader.read("You: ")) is not None:
            if line.strip() and not self._commands.run(line):
                self._take(line)
            if state.filled is not None:
                self._send(self._filled(state.filled))
            elif state.again:
                self._guarded(state.chat.regenerate(state.chat.turns[-1].id))
            state.again, state.filled = False, None

    def _take(self, line: str) -> None:
        """Answer a line."""
        mentions = read_mentions(line, self._runtime.routing.resolve_name, Path.cwd())
        if mentions.nothing is not None:
            say(f"@{mentions.nothing} is not a role, alias, model or file here; nothing was sent.")
            return
        attaching = attach_all(self._state.chat, mentions.files, mentions.addresses, fetching=_say_fetching)
        try:
            files = self._runner.run(attaching)
        except OwnNetwork as error:
            say(f"{error.message} Only `mixchat ask --own-network` fetches it here.")
        except (ProviderError, StorageError) as error:
            say(str(error))
        else:
            self._send(TurnRequest(text=mentions.body, files=files, pin=mentions.pin))

    def _filled(self, filled: Filled) -> TurnRequest:
        """Return what is sent for a prompt of the library; a role or model that is nothing is left to the router."""
        name = filled.role or filled.model
        pin = self._runtime.routing.resolve_name(name) if name else None
        return TurnRequest(text=filled.text, pin=pin, settings=GenerationSettings(system=filled.system))

    def _send(self, prompt: TurnRequest) -> None:
        chat = self._state.chat
        self._guarded(chat.answer(prompt, chat.newest_leaf()), prompt)

    def _guarded(self, events: AsyncGenerator[ChatEvent], prompt: TurnRequest | None = None) -> None:
        """Read an answer out; where a guard stopped it, ask whether it may go on."""
        chat = self._state.chat
        stopped = self._runner.run(self._answer(events))
        if stopped is None or stopped.failure is None:
            return
        prompt = prompt or TurnRequest(text=chat.original_prompt(stopped), files=stopped.files)
        allow = self._asked(stopped.failure.code)
        if allow is not None:
            again = chat.regenerate(stopped.id, structs.replace(prompt, allow=allow))
            self._runner.run(self._answer(again))

    def _asked(self, code: ErrorCode) -> GuardOverrides | None:
        """Return what the person lets pass of what a guard stopped."""
        allow = _ALLOWED.get(code)
        if allow is None:
            return None
        always = ", or a to always send it" if code == "secret" else ""
        said = (self._reader.read(f"Send it anyway? y or n{always}: ", decides=True) or "").strip().lower()
        if code == "secret" and said in {"a", "always"}:
            return GuardOverrides(secret=True, secret_for_good=True)
        return allow if said in {"y", "yes"} else None

    async def _answer(self, events: AsyncGenerator[ChatEvent]) -> Turn | None:
        """Read a reply out and return its turn if it failed. Ctrl+C stops it; what came is kept."""
        failed: Turn | None = None
        try:
            async with aclosing(events):
                async for event in events:
                    _read_out(event)
                    self._costs.follow(event)
                    if isinstance(event, TurnFinished | TurnFailed):
                        await self._close(event.turn)
                    if isinstance(event, TurnFailed):
                        failed = event.turn
        except (ProviderError, StorageError) as error:
            say(str(error))
        except asyncio.CancelledError:
            say("\nStopped; what came is kept.")
            if (turns := self._state.chat.turns) and turns[-1].outcome is Outcome.STOPPED:
                await self._close(turns[-1])
        return failed

    async def _close(self, turn: Turn) -> None:
        """Say what the turn was, and what was spent with it."""
        await self._costs.settle()
        if turn.outcome is not Outcome.FAILED or turn.cost.usd:
            say(_closing(turn, self._costs.sums(turn.chat)))


def _say_fetching(address: str) -> None:
    if address:
        say(f"Fetching {address} ...")


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
        case TurnFinished():
            say("")
        case TurnFailed(_, failure):
            say(f"\n{failure.message}")
        case _:
            pass


def _who(turn: Turn) -> str:
    return str(turn.named_ref or "nobody")


def _closing(turn: Turn, sums: str = "") -> str:
    """Return who answered, how long it took, what it cost, and what was spent with it."""
    beside = f"; {sums}" if sums else ""
    return f"({_who(turn)}, {formatting.seconds(turn.seconds)}, {money.turn_cost(turn)}{beside})"


def _footer(turn: Turn) -> str:
    """Return the closing line of a turn of before, and how it ended."""
    if turn.failure is not None:
        return f"{_closing(turn)} {turn.failure.message}"
    return f"{_closing(turn)} {_ENDS.get(turn.outcome, '')}".rstrip()
