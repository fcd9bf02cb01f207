"""The provider `local`: loads a model when it is asked for and lets it go when nobody asks any more."""

import asyncio
import importlib
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.domain.errors import Interrupted, UnknownModel
from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard
from mixchat.domain.provider import Liveness
from mixchat.domain.request import ModelRequest
from mixchat.providers.local.engine import why_not
from mixchat.providers.local.llama_http import complete
from mixchat.providers.local.model_store import PROVIDER, LocalModel, ModelStore
from mixchat.providers.local.server_process import ServerAddress, ServerProcess
from mixchat.providers.wire_request import check, dropped_parameters

_OVERHEAD: Final = 150_000_000
"""Bytes that llama.cpp and its compute buffers take besides weights and cache."""


class LocalProvider:
    """Answers with llama.cpp in a child process; one model at a time, one reply at a time."""

    name = PROVIDER
    local = True
    first_token_timeout = 120.0
    ready = True

    def __init__(self, paths: Paths, config: Config) -> None:
        self._store = ModelStore.of(paths, config)
        self._settings = config.engine
        self._engine = ServerProcess(paths.log)
        self._taken = 0
        self._one_reply = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._unloading: asyncio.Task[None] | None = None

    @property
    def engine(self) -> ServerProcess:
        """The child process and what runs in it."""
        return self._engine

    def preload(self) -> None:
        """Do nothing: a model is loaded when it is asked for, and the HTTP client meanwhile."""

    async def stream(
        self, request: ModelRequest, liveness: Liveness | None = None
    ) -> AsyncGenerator[ProviderEvent]:
        """Yield the reply, after a `loading` notice when the model has to be loaded first.

        Cancelling stops llama.cpp at its next token; while the model loads, it ends the child.

        Raises:
            ProviderError: `UnknownModel` when the model cannot be had or does not fit, `TooLong`,
                `Interrupted` when llama.cpp died; the next call starts it again.
        """
        check(request, ModelCard(ref=request.ref, images=False, pdfs=False), pdf=False)
        entry = self.fitting(request.ref.model)
        for notice in _left_out(request):
            yield notice
        if self._one_reply.locked():
            yield Notice("loading", f"waiting for the reply before this one, then {entry.name}")
        async with self._one_reply:
            self._stay()
            try:
                address = self._engine.address
                if address is None or address.name != entry.name:
                    yield Notice("loading", f"loading {entry.name}")
                    address = await self._load(entry)
                async with aclosing(complete(address, request, entry.header.family)) as events:
                    async for event in events:
                        yield event
            except Interrupted:
                # The socket closes a moment before the process is gone; the next call must not find it.
                await asyncio.to_thread(self._engine.stop)
                raise
            finally:
                self._leave_later()

    def fitting(self, name: str) -> LocalModel:
        """Return the model of that name, once it is clear that it can run here.

        Raises:
            UnknownModel: it is missing, broken, or too large, or llama.cpp has no build for this machine.
        """
        entry = self._store.entry(name)
        if (why := why_not()) is not None:
            raise UnknownModel(why, ref=entry.ref)
        address = self._engine.address
        if address is not None and address.name == name:
            return entry
        need, limit = self._need(entry), self._limit()
        if need > limit:
            raise UnknownModel(
                f"{entry.name} needs about {need / 1e9:.1f} GB of memory and {limit / 1e9:.1f} GB may be "
                "used; take a smaller model or a smaller quantization.",
                ref=entry.ref,
            )
        return entry

    def _need(self, entry: LocalModel) -> int:
        cache = (entry.header.cache_per_token or 0) * self._context(entry)
        return entry.size + cache + _OVERHEAD

    def _limit(self) -> int:
        """Return the bytes that the next model may take; the one that is loaded makes room for it."""
        if self._settings.memory is not None:
            return int(self._settings.memory * 1e9)
        return available() + (self._taken if self._engine.address else 0)

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the models whose files are on this machine."""
        entries = await asyncio.to_thread(self._store.entries)
        return tuple(entry.card(self._settings.context) for entry in entries)

    async def aclose(self) -> None:
        """End the child."""
        self._stay()
        await asyncio.to_thread(self._engine.stop)

    def _context(self, entry: LocalModel) -> int:
        return min(entry.header.context or self._settings.context, self._settings.context)

    async def _load(self, entry: LocalModel) -> ServerAddress:
        threads = self._settings.threads or core_count()
        loading = asyncio.create_task(asyncio.to_thread(self._start, entry, self._context(entry), threads))
        self._taken = self._need(entry)
        try:
            return await asyncio.shield(loading)
        except asyncio.CancelledError:
            self._engine.stop()
            loading.add_done_callback(_retrieved)
            raise

    def _start(self, model: LocalModel, context: int, threads: int) -> ServerAddress:
        importlib.import_module("httpx")  # here, and not on the loop with the first request
        return self._engine.start(model, context, threads)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _leave_later(self) -> None:
        self._stay()
        self._idle = asyncio.get_running_loop().call_later(self._settings.idle, self._leave)

    def _leave(self) -> None:
        self._idle = None
        self._unloading = asyncio.get_running_loop().create_task(self._unload())

    async def _unload(self) -> None:
        if self._one_reply.locked():
            return
        async with self._one_reply:
            await asyncio.to_thread(self._engine.stop)


def _left_out(request: ModelRequest) -> list[Notice]:
    """Return what of the request no local model can do."""
    asked = {
        "a web search": request.search,
        f"the effort {request.effort}": request.effort not in (None, "none"),
    }
    return [dropped_parameters(what, request.ref) for what, wanted in asked.items() if wanted]


def _retrieved(task: asyncio.Task[ServerAddress]) -> None:
    """Look at how a load ended that nobody waits for any more."""
    if not task.cancelled():
        task.exception()


_CGROUP: Final = Path("/sys/fs/cgroup")


def available() -> int:
    """Return the bytes that a new process may take without swapping."""
    import psutil

    free = psutil.virtual_memory().available
    container = _container()
    return free if container is None else min(free, container)


def core_count() -> int:
    """Return how many threads a model computes with: one fewer than there are cores.

    llama.cpp's threads wait for each other by spinning, so that one core shared with anything else slows
    all of them down: measured on two cores beside one busy process, 5 tokens a second with two threads and
    79 with one.
    """
    import psutil

    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(min(psutil.cpu_count(logical=False) or usable, usable) - 1, 1)


def _container() -> int | None:
    """Return what is left of the limit of a control group (version 2), where there is one."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return max(int(limit) - int(used), 0) if limit.isdigit() and used.isdigit() else None
