"""The seam between the router and whoever answers."""

from collections.abc import AsyncGenerator
from typing import Protocol

from mixchat.domain.events import ProviderEvent
from mixchat.domain.model import ModelCard
from mixchat.domain.request import ModelRequest


class Liveness(Protocol):
    """Is told of every sign of life on a call's connection, whatever it says: headers, pings, comments, words."""

    def touch(self) -> None:
        """Note that bytes came just now. Cheap: it is called for every piece that arrives."""
        ...


class Provider(Protocol):
    """One service that answers requests.

    `stream` yields any number of deltas, then exactly one `StreamEnd`. It raises only `ProviderError` and
    `CancelledError`; a body that ends early is `Interrupted`. Closing the generator closes the socket.
    An adapter does not retry, does not log, and keeps no state between calls but its client and what models refused.
    """

    @property
    def name(self) -> str:
        """The provider's name in model references."""
        ...

    @property
    def local(self) -> bool:
        """Whether nothing that is sent here leaves this machine."""
        ...

    @property
    def first_token_timeout(self) -> float:
        """Seconds to wait for the first sign of life before the next slot is tried."""
        ...

    @property
    def ready(self) -> bool:
        """Whether nothing has to be imported any more for a call."""
        ...

    def preload(self) -> None:
        """Import what the first call needs. Blocks for up to seconds; called in a thread."""
        ...

    def stream(
        self, request: ModelRequest, liveness: Liveness | None = None
    ) -> AsyncGenerator[ProviderEvent]:
        """Yield the reply. Cancelling it, or closing it, closes the connection at once.

        `liveness` is told of bytes that make no event: who waits knows then that the server is alive.

        Raises:
            ProviderError: the child that says what a person can do.
        """
        ...

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the models that can be asked for now.

        Raises:
            ProviderError: when the provider cannot be asked.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection; the provider cannot be used afterwards."""
        ...


class Providers(Protocol):
    """The providers that the config and the keys at hand allow."""

    def reachable(self, provider: str) -> bool:
        """Whether a key or an address for `provider` is at hand. Touches no network."""
        ...

    def is_local(self, provider: str) -> bool:
        """Whether what is sent to `provider` stays on this machine. Touches no network."""
        ...

    def needs_network(self, provider: str) -> bool:
        """Whether the network has to be there to reach `provider`. Touches no network."""
        ...

    def get(self, provider: str) -> Provider:
        """Return the adapter, made on first use.

        Raises:
            NeedsKey: no key is at hand.
            UnknownModel: no provider of that name is known.
        """
        ...
