"""The providers of a sitting: real servers on loopback, in a thread of their own, so that stories need not be async."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Self

from msgspec import structs

from tests.wires.script import Reply, Script, Status, Web, deltas
from tests.wires.server import Seen, Wires, environment

MODEL = "wire"
"""The model that answers where a story names none."""


def paced(reply: str | Reply, characters: float) -> Reply:
    """Return a reply that is written at so many characters a second."""
    whole = Reply(reply) if isinstance(reply, str) else reply
    written = whole.thinking + whole.text
    pieces = len(deltas(whole.thinking)) + len(deltas(whole.text))
    return structs.replace(whole, rate=characters * pieces / len(written))


class Provider:
    """Every protocol on one address. What it says is scripted by model; without a script it says a short hello."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._wires = Wires()

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._wires.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._wires.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work: Coroutine[object, object, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._wires.url

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point every provider of mixchat at it."""
        return environment(self.url)

    def will_say(self, *replies: Script | str, model: str = MODEL) -> None:
        """Say what the next requests for a model get, one after another; the last one stays."""
        scripts = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
        self._loop.call_soon_threadsafe(lambda: self._wires.script(model, *scripts))

    def will_fail(self, status: int, message: str = "The fake says no.", model: str = MODEL) -> None:
        """Answer the requests for a model with an HTTP error; `will_say(Status(...))` can say more of it."""
        self.will_say(Status(status, message), model=model)

    def has_no_models(self) -> None:
        """Answer every request for a list of models with an empty one."""
        self.will_list(Web('{"models": [], "data": []}', content_type="application/json"))

    def will_list(self, page: Web | Status) -> None:
        """Answer every request that is none for a reply with this page."""
        self._loop.call_soon_threadsafe(lambda: self._wires.script("_listing", page))

    def answers(self, how: Callable[[Seen], Script]) -> None:
        """Decide what every request gets for which nothing was scripted."""
        self._wires.default = how

    @property
    def seen(self) -> list[Seen]:
        """Everything that came in so far."""
        return list(self._wires.seen)

    @property
    def requests(self) -> list[Seen]:
        """The requests for a reply that came in so far; lists of models and the like are left out."""
        return [seen for seen in list(self._wires.seen) if seen.dialect != "listing"]

    def was_asked(self, count: int, within: float = 45.0) -> Seen:
        """Wait for the `count`th request and return it."""
        end = time.monotonic() + within
        while len(requests := self.requests) < count:
            assert time.monotonic() < end, f"{len(requests)} requests came, {count} were expected"
            time.sleep(0.02)
        return requests[count - 1]
