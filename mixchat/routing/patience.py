"""How long one step of a turn waits: a budget of silence in all, a share of it for each call, and pauses between calls."""

import asyncio

from mixchat.domain.clock import Clock
from mixchat.domain.provider import Provider
from mixchat.domain.request import ModelRequest
from mixchat.routing.health import Health
from mixchat.routing.services import Limits

_SHARE = 0.45
"""The part of what is left of the budget that one call may use up while another model could be asked."""
_LEAST = 1.0
"""Seconds that are worth a call."""
_HARD = ("high", "xhigh", "max")


class Patience:
    """Bears silence for one step. Bytes are life: only seconds in which nothing at all arrived are silence.

    Without a pin a person is told something within the budget, however many models stay silent one after another.
    A pinned model is the only one there is, so it is waited for much longer.
    """

    def __init__(self, limits: Limits, health: Health, clock: Clock, *, pinned: bool = False) -> None:
        self._limits = limits
        self._health = health
        self._clock = clock
        self._pinned = pinned
        self.silence = 0.0
        """Seconds of silence so far, without what a model was known to need."""
        self.waited = 0.0
        """Seconds that went by between calls."""
        self._needed = 0.0
        """Seconds that the call under way may be silent for a good reason."""
        self._pausing: asyncio.Task[None] | None = None

    @property
    def is_used_up(self) -> bool:
        """Whether no time for another call is left."""
        return not self._pinned and self._limits.silence - self.silence < _LEAST

    def bear(self, seconds: float) -> None:
        """Take the silence of a call that failed off the budget: what it was known to need is no fault of the turn."""
        self.silence += max(seconds - self._needed, 0.0)
        self._needed = 0.0

    async def pause(self, seconds: float) -> None:
        """Wait before the same model is asked again, or until `end_pause`; to a person that is silence, too."""
        self.waited += seconds
        self.silence += seconds
        self._pausing = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait([self._pausing])
        finally:
            self._pausing.cancel()
            await asyncio.wait([self._pausing])
            self._pausing = None

    def end_pause(self) -> bool:
        """Go on at once; return whether there was a pause under way."""
        if self._pausing is None:
            return False
        self._pausing.cancel()
        return True

    def seconds_for(
        self,
        provider: Provider,
        request: ModelRequest,
        tokens: int,
        *,
        silent: bool,
        probe: bool,
        spare: bool,
    ) -> float:
        """Return how many seconds of silence one call may begin with.

        Args:
            provider: who is asked.
            request: what is asked.
            tokens: about how many tokens it has.
            silent: whether the model is known to think without a sign of life.
            probe: whether it was resting, and this only tries whether it is back.
            spare: whether another model can be asked in its place.
        """
        limits = self._limits
        reading = self._health.seconds_to_read(request.ref, tokens, local=provider.local)
        thinking = limits.silent if silent or request.effort in _HARD else 0.0
        own = max(provider.first_token_timeout, thinking) + reading
        self._needed = thinking + reading
        if self._pinned:
            return min(own * limits.pinned, max(own, limits.pinned_longest))
        if provider.local and not spare:  # loading a large model takes minutes, and nobody else can answer
            return own
        left = max(limits.silence - self.silence, _LEAST)
        if probe and spare:
            return min(own, limits.probe, left)
        share = left * _SHARE if spare and not provider.local else left
        # What is known to take its time before the first byte is no fault, so it comes on top.
        return min(own, share + thinking + reading)
