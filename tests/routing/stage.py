"""Two services on the loopback fake behind a real router, at the machine's pace or faster."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager

from msgspec import Struct

from mixchat.config.config import Config, ProviderConfig
from mixchat.config.provider_specs import ProviderSpec, provider_specs
from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.errors import Failure, NeedsKey, ProviderError
from mixchat.domain.events import FailedOver, StreamEnd, TextDelta
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Endpoint
from mixchat.providers.connections import Connections
from mixchat.providers.openai_chat import ChatProvider
from mixchat.routing.health import Health
from mixchat.routing.services import RoutingServices
from mixchat.routing.turn_run import TurnRun
from tests.routing.scripted import CheckingMeter, decided, ref
from tests.routing.steered import FastClock
from tests.wires.server import Wires


class Answer(Struct, frozen=True):
    """What one turn gave."""

    text: str
    failure: Failure | None
    refs: Sequence[ModelRef]
    """The models that were called, in order."""
    usage: Usage
    seconds: float
    rerouted: int = 0

    @property
    def ref(self) -> ModelRef:
        """The model that answered, or was the last to try."""
        return self.refs[-1]


NAMES = ("main", "spare")


class TwoServices:
    """`main` and `spare`, both at the same fake, each with its own adapter."""

    def __init__(self, specs: Iterable[ProviderSpec], connections: Connections) -> None:
        self._made = {
            spec.name: ChatProvider(
                Endpoint(spec, lambda: "wire", lambda model: ModelCard(ref=model), connections)
            )
            for spec in specs
        }

    def reachable(self, provider: str) -> bool:
        return provider in self._made

    def is_local(self, provider: str) -> bool:
        return False

    def needs_network(self, provider: str) -> bool:
        return not self.is_local(provider)

    def get(self, provider: str) -> ChatProvider:
        if provider not in self._made:
            raise NeedsKey("There is no such provider.")
        return self._made[provider]


def built_in_services(url: str) -> Sequence[ProviderSpec]:
    """Return two services as mixchat knows its own."""
    return [ProviderSpec(name=name, base_url=url, placed=True, needs_key=False) for name in NAMES]


def own_servers(url: str) -> Sequence[ProviderSpec]:
    """Return two servers of one's own, as the config file makes them."""
    known = provider_specs(Config(providers={name: ProviderConfig(base_url=url) for name in NAMES}), {})
    return [known[name] for name in NAMES]


class Stage:
    """Where a scenario is played. Times are seconds of the stage's clock."""

    def __init__(self, wires: Wires, providers: TwoServices, clock: FastClock) -> None:
        self.wires = wires
        self.clock = clock
        self.meter = CheckingMeter()
        self.resources = RoutingServices(
            providers=providers,
            cards=lambda model: ModelCard(ref=model),
            meter=self.meter,
            clock=clock,
            health=Health(clock),
        )

    def wait(self, seconds: float) -> float:
        """Return how long the fake has to wait so that it is `seconds` on this stage."""
        return seconds / self.clock.speed

    def calls(self, model: str) -> Sequence[float]:
        """Return when each call of a model arrived, from the first on."""
        times = [seen.at for seen in self.wires.seen if seen.model == model]
        return [(at - times[0]) * self.clock.speed for at in times]

    async def answer(self, *refs: str, messages: tuple[Message, ...] = (Message("user", "Hi"),)) -> Answer:
        """Play one turn along a fallback order."""
        run = TurnRun(ChatRequest(messages=messages), decided(*refs), self.resources)
        started = self.clock.monotonic()
        texts: list[str] = []
        rerouted = 0
        async with aclosing(run.events()) as events:
            async for event in events:
                texts += [event.text] if isinstance(event, TextDelta) else []
                rerouted += isinstance(event, FailedOver)
        seconds = self.clock.monotonic() - started
        refs_called = [attempt.ref for attempt in run.attempts]
        usage = sum((attempt.usage for attempt in run.attempts), Usage())
        return Answer("".join(texts), run.failure, refs_called, usage, seconds, rerouted)


class BareStage(Stage):
    """The control: the first model is asked once, with nothing of the router around it."""

    async def answer(self, *refs: str, messages: tuple[Message, ...] = (Message("user", "Hi"),)) -> Answer:
        model = ref(refs[0])
        started = time.perf_counter()
        texts: list[str] = []
        usage, failure = Usage(), None
        request = ModelRequest(ref=model, messages=messages)
        name = await self.meter.open(MeteredCall(ref=model, purpose="answer"), request)
        try:
            async with aclosing(self.resources.providers.get(model.provider).stream(request)) as events:
                async for event in events:
                    texts += [event.text] if isinstance(event, TextDelta) else []
                    usage = event.usage if isinstance(event, StreamEnd) else usage
        except ProviderError as error:
            failure = error.failure
        finally:
            self.meter.close(name, text="", usage=usage, complete=failure is None, failure=failure)
        seconds = (time.perf_counter() - started) * self.clock.speed
        return Answer("".join(texts), failure, [model], usage, seconds)


@asynccontextmanager
async def on_stage(
    speed: float,
    kind: type[Stage] = Stage,
    specs: Callable[[str], Iterable[ProviderSpec]] = built_in_services,
) -> AsyncGenerator[Stage]:
    """Open the fake and the adapters, warm, and close them again."""
    connections = Connections()
    async with Wires() as wires:
        providers = TwoServices(specs(f"{wires.url}/v1"), connections)
        for name in NAMES:
            providers.get(name).preload()
        try:
            stage = kind(wires, providers, FastClock(speed))
            await stage.answer("spare/warm-up")
            yield stage
        finally:
            await connections.aclose()
