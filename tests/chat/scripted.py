"""A router that plays a script, so that a chat's endings can be tried one by one."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal

from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure, ProviderError
from mixchat.domain.events import AttemptFailed, AttemptStarted, Routed, RouterEvent, StreamEnd, TextDelta
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Attempt
from mixchat.domain.usage import FREE, Cost, Usage

SONNET = ModelRef("anthropic", "sonnet")
FLASH = ModelRef("google", "flash")
USAGE = Usage(input=10, output=5)
CENT = Cost(Decimal("0.01"))


def reply(*texts: str, ref: ModelRef = SONNET) -> list[RouterEvent]:
    """Return the events of a call that ends well."""
    return [AttemptStarted(Slot(ref), 1), *map(TextDelta, texts), StreamEnd("end", USAGE)]


def cut(*texts: str, ref: ModelRef = SONNET) -> list[RouterEvent]:
    """Return the events of a call that breaks after some text."""
    return [
        AttemptStarted(Slot(ref), 1),
        *map(TextDelta, texts),
        AttemptFailed(Failure("interrupted", "The reply was cut off.", ref)),
    ]


class Hang:
    """Waits for ever, to be cancelled."""


class Pause:
    """Lets others run for a moment."""


class ScriptedRun:
    """Plays one script; a `Hang` waits, an exception is raised."""

    def __init__(
        self, decision: RoutingDecision, script: Sequence[RouterEvent | Hang | Pause | Exception]
    ) -> None:
        self.attempts: list[Attempt] = []
        self.failure: Failure | None = None
        self.extra = FREE
        self._decision = decision
        self._script = script

    def try_next(self) -> bool:
        return False

    async def events(self) -> AsyncGenerator[RouterEvent]:
        """Yield the script's events and keep the attempt in a synchronous `finally`, as the real one does."""
        yield Routed(self._decision)
        try:
            for event in self._script:
                match event:
                    case Hang():
                        await asyncio.Event().wait()
                    case Pause():
                        await asyncio.sleep(0.01)
                    case Exception():
                        raise event
                    case AttemptFailed(failure):
                        self.failure = failure
                        yield event
                    case _:
                        yield event
        finally:
            self.attempts.append(
                Attempt(ref=SONNET, started=1.0, ended=2.0, usage=USAGE, cost=CENT, failure=self.failure)
            )


class ScriptedRouter:
    """Hands out one script a turn and remembers what it was asked."""

    def __init__(self, *scripts: Sequence[RouterEvent | Hang | Pause | Exception] | ProviderError) -> None:
        self.scripts = list(scripts)
        self.questions: list[RoutingInput] = []
        self.briefs: list[ChatRequest] = []

    async def decide(self, question: RoutingInput) -> RoutingDecision:
        """Return a decision for coding, or raise what the script says."""
        self.questions.append(question)
        if isinstance(self.scripts[0], ProviderError):
            raise self.scripts.pop(0)  # type: ignore[misc]
        return RoutingDecision("coding", (Slot(SONNET), Slot(FLASH)), 0.9, "local", "coding 0.90: code fence")

    def run(self, chat_request: ChatRequest, decision: RoutingDecision) -> ScriptedRun:
        """Return a run of the next script."""
        self.briefs.append(chat_request)
        return ScriptedRun(decision, self.scripts.pop(0))  # type: ignore[arg-type]
