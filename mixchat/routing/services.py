"""What routing works with: handed over once, by whoever joins the parts."""

import random
from collections.abc import Callable

from msgspec import Struct, field

from mixchat.config.allowed_secrets import AllowedSecrets
from mixchat.domain.clock import Clock
from mixchat.domain.meter import Meter
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Providers
from mixchat.domain.request import FileLimits
from mixchat.ledger.estimate import Estimator
from mixchat.routing.health import Health

TokenCount = Callable[[str, ModelRef], int]


class Limits(Struct, frozen=True, kw_only=True):
    """How long silence may last, in seconds."""

    idle: float = 30.0
    """Between two events once something was painted."""
    silent: float = 60.0
    """Before the first event of a model that thinks in silence."""
    silence: float = 30.0
    """In all, before a person without a pin sees a word or is told why not."""
    probe: float = 5.0
    """Before the first sign of life of a model that was resting, while others can be asked."""
    pinned: float = 9.0
    """How many times longer a pinned model is waited for,"""
    pinned_longest: float = 180.0
    """but no longer than this, or than its own limit."""


class RoutingServices(Struct, frozen=True, kw_only=True):
    """Those who answer, what is known of their models, who counts, and the time."""

    providers: Providers
    cards: Callable[[ModelRef], ModelCard]
    file_limits: Callable[[str], FileLimits] = lambda _: FileLimits()
    """How large a provider lets the files of a message be."""
    meter: Meter
    clock: Clock
    health: Health
    tokens: TokenCount = Estimator().tokens
    """Estimates the tokens of a text for a model; the ledger's own estimator learns."""
    limits: Limits = Limits()
    jitter: Callable[[], float] = random.random
    """From 0 to 1: spreads retries."""
    check_secrets: bool = True
    """Whether a prompt that holds a credential is stopped before it leaves this machine."""
    cleared: set[int] = field(default_factory=set[int])
    """The credentials that the person let pass, by a mark that tells nothing."""
    allowed: AllowedSecrets | None = None
    """The credentials that the person lets pass for good; `None`: none, and none can be added."""

    def local(self, ref: ModelRef) -> bool:
        """Return whether nothing that is sent to `ref` leaves this machine.

        Ollama's models whose name ends in `cloud` run on its maker's servers (docs.ollama.com/cloud).
        """
        return self.providers.is_local(ref.provider) and not ref.model.endswith(("-cloud", ":cloud"))
