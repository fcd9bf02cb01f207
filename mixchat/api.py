"""mixchat from Python: one prompt in, one reply out. What it costs is in the ledger; no chat is kept."""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Self

from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import UnknownModel, to_exception
from mixchat.domain.events import ChatEvent, TurnFailed, TurnFinished
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Turn
from mixchat.domain.usage import Cost, Usage
from mixchat.runtime.runtime import Runtime, build_runtime

_LOOP = "An event loop is running here and waits for this answer; `await mixchat.aask(...)` lets it go on."


class Reply(str):
    """A reply's text, with where it came from and what it cost."""

    __slots__ = ("turn",)
    turn: Turn

    @classmethod
    def of(cls, turn: Turn) -> Self:
        """Return the reply that `turn` holds."""
        reply = cls(turn.reply)
        reply.turn = turn
        return reply

    @property
    def role(self) -> str | None:
        """The role the prompt was given; `None` when a model was named."""
        return self.turn.decision.role if self.turn.decision else None

    @property
    def model(self) -> ModelRef | None:
        """The model that answered."""
        return self.turn.ref

    @property
    def usage(self) -> Usage:
        """What all attempts used together."""
        return self.turn.usage

    @property
    def cost(self) -> Cost:
        """What the whole turn cost; `usd` is `None` when a price is unknown."""
        return self.turn.cost


def ask(
    prompt: str,
    role: str | None = None,
    *,
    model: str | None = None,
    stack: str | None = None,
    files: Sequence[str | Path] = (),
) -> Reply:
    """Answer `prompt` and return the reply; `role` or `model` (a reference, an alias or a name that one model has) overrules the router.

    Where an event loop is running, as in a notebook, it warns and waits in a thread: nothing else runs meanwhile.

    Raises:
        ProviderError: no model of the fallback order gave a reply, or a file cannot be attached; the child says what to do.
        ConfigError: a config or stack file cannot be used.
    """

    def asking() -> Reply:
        return asyncio.run(aask(prompt, role, model=model, stack=stack, files=files))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asking()
    warnings.warn(_LOOP, RuntimeWarning, stacklevel=2)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asking).result()


async def aask(
    prompt: str,
    role: str | None = None,
    *,
    model: str | None = None,
    stack: str | None = None,
    files: Sequence[str | Path] = (),
) -> Reply:
    """Answer `prompt` like `ask`. Cancelling it closes the connection; what was spent is counted.

    Raises:
        ProviderError: no model of the fallback order gave a reply.
        ConfigError: a config or stack file cannot be used.
    """
    async with aclosing(stream(prompt, role, model=model, stack=stack, files=files)) as events:
        async for event in events:
            if isinstance(event, TurnFailed):
                raise to_exception(event.failure)
            if isinstance(event, TurnFinished):
                return Reply.of(event.turn)
    raise AssertionError("a turn ends with Finished or Failed")


async def stream(
    prompt: str,
    role: str | None = None,
    *,
    model: str | None = None,
    stack: str | None = None,
    files: Sequence[str | Path] = (),
) -> AsyncGenerator[ChatEvent]:
    """Yield what happens while `prompt` is answered, ending with `Finished` or `Failed`.

    Cancelling or closing it closes the connection; what was spent is counted.

    Raises:
        UnknownModel: no role or model has that name.
        BadRequest: a file cannot be attached.
        ConfigError: a config or stack file cannot be used.
    """
    runtime = build_runtime(stack=stack, keep_chats=False)
    try:
        await runtime.discover()
        chat = runtime.new_chat()
        attached = tuple(chat.attachments.add(Path(file)) for file in files)
        async with aclosing(chat.send(prompt, files=attached, pin=_pin(runtime, role, model))) as events:
            async for event in events:
                yield event
    finally:
        await runtime.aclose()


def _pin(runtime: Runtime, role: str | None, model: str | None) -> Pin | None:
    if role is not None and model is not None:
        raise ValueError("Name a role or a model, not both.")
    name = role if role is not None else model
    if name is None:
        return None
    pin = runtime.routing.resolve_name(name)
    if role is not None and (pin is None or pin.role is None):
        known = ", ".join(sorted(runtime.routing.stack.roles))
        raise UnknownModel(f"{name} is not a role of the stack {runtime.routing.stack.name}; it has {known}.")
    if pin is None:
        raise UnknownModel(runtime.routing.unknown_name_message(name, roles=False))
    if role is None and pin.role is not None:
        raise UnknownModel(f"{name} is a role and no model; write role={name!r}.")
    return pin
