"""An embedding model that compares a prompt with the examples of the user's roles."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Final

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

DEADLINE: Final = 0.8
"""Seconds after which the turn goes on without it."""

Embed = Callable[[Sequence[str], ModelRef, Kind, Callable[[Usage], None]], Awaitable[list[list[float]]]]
"""Turns texts into vectors and tells the usage of each batch as soon as it is known."""

_spent: ContextVar[list[Cost]] = ContextVar("spent")


class MeteredEmbedder:
    """An embedding model whose every call is reserved before and written down after."""

    def __init__(self, ref: ModelRef, embed: Embed, meter: Meter) -> None:
        self.ref = ref
        self._embed = embed
        self._meter = meter

    async def __call__(self, texts: list[str], kind: Kind) -> list[list[float]]:
        """Return a vector for each text. Cancelling it writes down what was reported.

        Raises:
            ProviderError: the texts cannot be embedded, or a budget would be passed.
        """
        request = ModelRequest(ref=self.ref, messages=tuple(Message("user", text) for text in texts))
        call = self._meter.open(MeteredCall(ref=self.ref, purpose="embedding"), request)
        used = [Usage()]
        complete = False
        try:
            vectors = await self._embed(texts, self.ref, kind, lambda usage: used.append(used.pop() + usage))
            complete = True
            return vectors
        finally:
            _, cost = self._meter.close(call, text="", usage=used[0], complete=complete, failure=None)
            _spent.get([]).append(cost)


class EmbeddingClassifier:
    """Advises the router where the stack's roles have examples. Whatever happens to it, the local verdict stands in."""

    def __init__(self, counted: MeteredEmbedder, resources: RoutingServices, folder: Path) -> None:
        self._ref = counted.ref
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
        costs: list[Cost] = []
        _spent.set(costs)
        task = asyncio.create_task(self._match(question.prompt, stack))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        done, _ = await asyncio.wait({task}, timeout=DEADLINE)
        return (task.result() if done else None) or classification, sum(costs, FREE)

    async def aclose(self) -> None:
        """End the comparisons that are late."""
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _may(self) -> bool:
        resources = self._resources
        return resources.providers.reachable(self._ref.provider) and not resources.health.rests(self._ref)

    async def _match(self, prompt: str, stack: Stack) -> Classification | None:
        try:
            return await self._examples.match(prompt, stack)
        except ProviderError as error:
            if not isinstance(error, GuardStopped):
                self._resources.health.failed(self._ref, error.failure)
        except (StorageError, OSError):
            pass
        return None
