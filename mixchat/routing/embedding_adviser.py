"""An embedding model that compares a prompt with the examples of the user's roles."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct, field

from mixchat.classifier.embedded_examples import EmbeddedExamples, Kind
from mixchat.classifier.examples import examples_of
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification
from mixchat.domain.errors import GuardStopped, ProviderError, StorageError
from mixchat.domain.meter import Meter, MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.stack import Stack
from mixchat.domain.usage import FREE, Cost, Usage
from mixchat.routing.secret_check import check_secrets
from mixchat.routing.services import RoutingServices

READY_WITHIN: Final = 10.0
"""Seconds that the client and new examples may take before the first comparison."""
DEADLINE: Final = 0.8
"""Seconds after which the turn goes on without it."""

T = TypeVar("T")
Embed = Callable[[Sequence[str], ModelRef, Kind, Callable[[Usage], None]], Awaitable[list[list[float]]]]
"""Turns texts into vectors and tells the usage of each batch as soon as it is known."""


class _Booking(Struct):
    """For whom texts are embedded, and what it has cost."""

    chat: str | None = None
    turn: str | None = None
    costs: list[Cost] = field(default_factory=list[Cost])


_booking: ContextVar[_Booking] = ContextVar("booking")


def _nothing() -> None:
    return None


def _always() -> bool:
    return True


class MeteredEmbedder:
    """An embedding model whose every call is reserved before and written down after."""

    def __init__(
        self,
        ref: ModelRef,
        embed: Embed,
        meter: Meter,
        *,
        preload: Callable[[], None] = _nothing,
        reachable: Callable[[], bool] = _always,
    ) -> None:
        self.ref = ref
        self.preload = preload
        """Loads what the client needs; blocks."""
        self.reachable = reachable
        """Whether the model's provider has a key or an address."""
        self._embed = embed
        self._meter = meter

    async def __call__(self, texts: list[str], kind: Kind) -> list[list[float]]:
        """Return a vector for each text. Cancelling it writes down what was reported.

        Raises:
            ProviderError: the texts cannot be embedded, or a budget would be passed.
        """
        request = ModelRequest(ref=self.ref, messages=tuple(Message("user", text) for text in texts))
        booking = _booking.get(_Booking())
        metered = MeteredCall(ref=self.ref, purpose="embedding", chat=booking.chat, turn=booking.turn)
        call = await self._meter.open(metered, request)
        used = [Usage()]
        complete = False
        try:
            vectors = await self._embed(texts, self.ref, kind, lambda usage: used.append(used.pop() + usage))
            complete = True
            return vectors
        finally:
            _, cost = self._meter.close(call, text="", usage=used[0], complete=complete, failure=None)
            booking.costs.append(cost)


class EmbeddingClassifier:
    """Advises the router where the stack's roles have examples. Whatever happens to it, the local verdict stands in."""

    def __init__(self, counted: MeteredEmbedder, resources: RoutingServices, folder: Path) -> None:
        self._ref = counted.ref
        self._counted = counted
        self._resources = resources
        self._examples = EmbeddedExamples(counted, name=str(counted.ref), folder=folder)
        self._late: set[asyncio.Task[Classification | None]] = set()

    async def ask(
        self, question: RoutingInput, stack: Stack, classification: Classification
    ) -> tuple[Classification, Cost]:
        """Return the role whose examples are nearest in meaning, or `verdict`, and what that cost.

        A comparison that is late goes on by itself, so that the next one finds its examples ready; cancelling
        does not stop it either. What it costs is in the ledger.
        """
        if classification.classifier not in ("local", "default") or not examples_of(stack) or not self._may():
            return classification, FREE
        try:
            await check_secrets((Message("user", question.prompt),), self._ref, self._resources)
        except GuardStopped:
            return classification, FREE
        booking = _Booking(question.chat, question.turn)
        _booking.set(booking)
        await self._within(READY_WITHIN, asyncio.create_task(self._prepare(stack)))
        found = await self._within(DEADLINE, asyncio.create_task(self._match(question.prompt, stack)))
        return found or classification, sum(booking.costs, FREE)

    async def _within(
        self, seconds: float, task: "asyncio.Task[Classification | None]"
    ) -> Classification | None:
        """Return what `task` gives, or nothing when that takes longer; then it goes on by itself."""
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        return task.result() if done else None

    async def _prepare(self, stack: Stack) -> None:
        """Make client and examples ready: neither is slowness of the model, and its time begins after it."""
        await asyncio.to_thread(self._counted.preload)
        await self._guarded(self._examples.prepare(stack))

    async def aclose(self) -> None:
        """End the comparisons that are late."""
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _may(self) -> bool:
        return self._counted.reachable() and not self._resources.health.rests(self._ref)

    async def _match(self, prompt: str, stack: Stack) -> Classification | None:
        return await self._guarded(self._examples.match(prompt, stack))

    async def _guarded(self, work: "Awaitable[T]") -> T | None:
        """Return what `work` gives, or nothing when it fails; then the model rests."""
        try:
            return await work
        except ProviderError as error:
            if not isinstance(error, GuardStopped):
                self._resources.health.failed(self._ref, error.failure)
        except (StorageError, OSError):
            pass
        return None
