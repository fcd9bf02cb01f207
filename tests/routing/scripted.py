"""Providers that play scripts, a meter that checks its callers, and the parts of a router around them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from decimal import Decimal

from msgspec import Struct, field

from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.clock import Clock
from mixchat.domain.decision import Classification, RoutingDecision
from mixchat.domain.errors import Failure, NeedsKey, OverBudget, ProviderError
from mixchat.domain.events import ProviderEvent, RouterEvent, StreamEnd, TextDelta
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Liveness
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.stack import RoleConfig, Slot, Stack
from mixchat.domain.usage import FREE, Cost, Usage
from mixchat.routing.health import Health
from mixchat.routing.services import RoutingServices
from mixchat.routing.turn_run import TurnRun

USAGE = Usage(input=10, output=5)
CENT = Cost(Decimal("0.01"))


class Pause(Struct, frozen=True):
    """Says nothing for so many seconds."""

    seconds: float


class Until(Struct, frozen=True):
    """Says nothing before the test says so."""

    told: asyncio.Event = field(default_factory=asyncio.Event)


class Hang(Until, frozen=True):
    """Says nothing for ever."""


class Alive(Struct, frozen=True):
    """Sends bytes that make no event: a ping, a comment."""


Item = Alive | ProviderEvent | ProviderError | Exception | Pause | Until
Script = Sequence[Item]


def reply(*texts: str) -> Script:
    """Return the script of a call that ends well."""
    return [*map(TextDelta, texts or ("Hello.",)), StreamEnd("end", USAGE)]


class ScriptedProvider:
    """Plays one script a call of a model, the last one for ever; a model without scripts replies."""

    def __init__(
        self, name: str, clock: Clock, *, local: bool = False, first_token_timeout: float = 10.0
    ) -> None:
        self.name = name
        self.local = local
        self.first_token_timeout = first_token_timeout
        self.ready = True
        self.requests: list[ModelRequest] = []
        self.times: list[float] = []
        self.called = asyncio.Event()
        self.open = 0
        self.scripts: dict[str, list[Script]] = {}
        self._clock = clock

    def preload(self) -> None:
        self.ready = True

    async def stream(
        self, request: ModelRequest, liveness: Liveness | None = None
    ) -> AsyncGenerator[ProviderEvent]:
        self.requests.append(request)
        self.called.set()
        self.times.append(self._clock.monotonic())
        if not self.ready:
            await self._clock.sleep(60.0)
        scripts = self.scripts.get(request.ref.model, [reply(f"Hello from {request.ref}.")])
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        self.open += 1
        try:
            for item in script:
                match item:
                    case Pause(seconds):
                        await self._clock.sleep(seconds)
                    case Until(told):
                        await told.wait()
                    case Alive():
                        if liveness is not None:
                            liveness.touch()
                    case Exception():
                        raise item
                    case _:
                        yield item
        finally:
            self.open -= 1

    async def models(self) -> tuple[ModelCard, ...]:
        return ()

    async def aclose(self) -> None:
        """Nothing is open."""


class ScriptedProviders:
    """A few scripted providers: `a`, `b`, `c`, and `local`, which is."""

    def __init__(self, clock: Clock) -> None:
        self.made = {
            name: ScriptedProvider(name, clock, local=name == "local") for name in ("a", "b", "c", "local")
        }

    def reachable(self, provider: str) -> bool:
        return provider in self.made

    def is_local(self, provider: str) -> bool:
        return provider == "local"

    def needs_network(self, provider: str) -> bool:
        return not self.is_local(provider)

    def get(self, provider: str) -> ScriptedProvider:
        if provider not in self.made:
            raise NeedsKey(f"Set {provider.upper()}_API_KEY.")
        return self.made[provider]

    def script(self, ref: str, *scripts: Script) -> None:
        provider, _, model = ref.partition("/")
        self.made[provider].scripts[model] = list(scripts)

    def calls(self, provider: str) -> int:
        return len(self.made[provider].requests)


class CheckingMeter:
    """A cent a call. Every call is opened before and closed after, exactly once, or the test fails."""

    def __init__(self) -> None:
        self.opened: list[MeteredCall] = []
        self.closed: list[tuple[str, bool, Failure | None]] = []
        self.running_calls: set[str] = set()
        self.refuse: set[str] = set()

    async def open(self, call: MeteredCall, request: ModelRequest) -> str:
        if str(call.ref) in self.refuse and not call.allow_over_budget:
            raise OverBudget(
                "The budget of this chat is used up; raise it or send anyway, once.", ref=call.ref
            )
        assert request.ref == call.ref
        self.opened.append(call)
        name = str(len(self.opened))
        self.running_calls.add(name)
        return name

    def running(
        self, call_id: str, text: GrowingText, usage: Usage, *, counted: int = 0
    ) -> tuple[Usage, Cost]:
        assert call_id in self.running_calls
        return usage, Cost(Decimal("0.005"), exact=False)

    def close(
        self,
        call_id: str,
        *,
        text: str,
        usage: Usage,
        complete: bool,
        failure: Failure | None,
        counted: int = 0,
    ) -> tuple[Usage, Cost]:
        self.running_calls.remove(call_id)
        self.closed.append((call_id, complete, failure))
        return usage, CENT if text or complete else FREE


class FixedClassifier:
    """Says what it is told to."""

    is_loaded = True

    def __init__(self, classification: Classification) -> None:
        self.classification = classification
        self.asked = 0

    async def load(self) -> None:
        """There is nothing to load."""

    def classify(self, question: RoutingInput, stack: Stack) -> Classification:
        self.asked += 1
        return self.classification


class Parts:
    """The parts of a router, all within reach."""

    def __init__(self, clock: Clock, cards: Sequence[ModelCard] = ()) -> None:
        self.clock = clock
        self.providers = ScriptedProviders(clock)
        self.meter = CheckingMeter()
        self.health = Health(clock)
        self.cards = {card.ref: card for card in cards}
        self.resources = RoutingServices(
            providers=self.providers,
            cards=lambda ref: self.cards.get(ref, ModelCard(ref=ref)),
            meter=self.meter,
            clock=clock,
            health=self.health,
            jitter=lambda: 0.5,
        )

    def run(self, *refs: str, chat_request: ChatRequest | None = None, **decision: object) -> TurnRun:
        """Return a run along a fallback order of these models."""
        return TurnRun(chat_request or asking("Hi"), decided(*refs, **decision), self.resources)


def ref(text: str) -> ModelRef:
    return ModelRef.parse(text)


def slot(text: str) -> Slot:
    return Slot(ref(text))


def asking(prompt: str, **fields: object) -> ChatRequest:
    """Return the brief of a chat's first prompt."""
    return ChatRequest(messages=(Message("user", prompt),), **fields)  # type: ignore[arg-type]


def decided(*refs: str, **fields: object) -> RoutingDecision:
    values: dict[str, object] = {
        "role": "coding",
        "confidence": 0.9,
        "classifier": "local",
        "why": "coding 0.90",
    }
    return RoutingDecision(fallback_order=tuple(map(slot, refs)), **(values | fields))  # type: ignore[arg-type]


def stack(**posts: RoleConfig | Sequence[str]) -> Stack:
    """Return a stack; an underscore in a role stands for a hyphen."""
    made = {}
    for name, post in posts.items():
        role = name.replace("_", "-")
        made[role] = post if isinstance(post, RoleConfig) else RoleConfig(role, slots=tuple(map(slot, post)))
    return Stack("test", "for tests", made)


def cost_of(run: TurnRun) -> Cost:
    """Return what a run has cost so far."""
    return sum((attempt.cost for attempt in run.attempts), run.extra)


async def played(run: TurnRun) -> list[RouterEvent]:
    """Return all events of a run."""
    async with aclosing(run.events()) as events:
        return [event async for event in events]


def text_of(events: Sequence[RouterEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
