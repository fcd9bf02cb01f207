"""The local classifier, imported for the first prompt that it has to read: a message to a pinned model needs none of it."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification
from mixchat.domain.stack import Stack

if TYPE_CHECKING:
    from mixchat.classifier.classifier import ExampleMatcher, LocalClassifier


class LazyClassifier:
    """Makes a `LocalClassifier` when it is needed first.

    Args:
        learned: returns who may know a prompt's role from examples.
    """

    def __init__(self, learned: Callable[[], "ExampleMatcher"]) -> None:
        self._learned = learned
        self._lock = threading.Lock()
        self._made: LocalClassifier | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether `classify` has nothing to load first."""
        return self._made is not None

    async def load(self) -> None:
        """Load all that prompts are looked up in, in a thread. Cancelled, the thread goes on and what it loaded is kept."""
        import asyncio  # a decision alone needs no event loop

        if self._made is None:
            await asyncio.to_thread(self._classifier)

    def classify(self, question: RoutingInput, stack: Stack) -> Classification:
        """Return the role of `question`, as `LocalClassifier` does."""
        return self._classifier().classify(question, stack)

    def _classifier(self) -> "LocalClassifier":
        with self._lock:  # a thread may be loading it
            if self._made is None:
                from mixchat.classifier.classifier import LocalClassifier

                made = LocalClassifier(self._learned())
                made.warm_up()
                self._made = made
        return self._made
