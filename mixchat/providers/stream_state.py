"""What has been read of a reply so far, and whether that is a whole one."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import structs

from mixchat.domain.events import Notice, ProviderEvent, StreamEnd, TextDelta, ThinkingDelta, UsageUpdate
from mixchat.domain.turn import Citation, Stop
from mixchat.domain.usage import Usage
from mixchat.providers.api_error import is_error
from mixchat.providers.error_rules import finish_meaning
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent
from mixchat.providers.text import SurrogateJoiner, join_surrogates, plain

END_GRACE: Final = 2.0
"""Seconds that a server gets to close the body after its own end mark; usage may still come in them."""
FINISH_GRACE: Final = 5.0
"""Seconds after a reason for stopping alone, which some servers give before the last piece."""
EARLY_GRACE: Final = 15.0
"""Seconds after one that came with the first piece: the server may be one that gives it with every piece."""

_REQUEST_IDS: Final = ("request-id", "x-request-id")


class EventParser(Protocol):
    """Turns a protocol's events into ours. Whatever the JSON is, it yields events or raises a `ProviderError`."""

    @property
    def state(self) -> "StreamState":
        """Return what was read so far."""
        ...

    def parse(self, event: WireEvent) -> Sequence[ProviderEvent]:
        """Return what `event` says; raise the error that it tells of."""
        ...

    def finish(self) -> Sequence[ProviderEvent]:
        """Return what was held back, once nothing more comes."""
        ...


class StreamState:
    """The state of one reply. Each protocol's parser fills it in."""

    def __init__(self, errors: ErrorMapper) -> None:
        self.errors = errors
        self.usage = Usage()
        self.stop: Stop | None = None
        """Why the reply ended, once a reason came."""
        self.ended = False
        """The server's own end mark came: only usage can follow."""
        self.request_id: str | None = None
        self.why = ""
        """What a refusal says, or the reason as the server wrote it."""
        self.said = False
        """Whether there was a word of reply."""
        self.headers: Mapping[str, str] = {}
        self.limit: int | None = None
        """Tokens that the reply was allowed, where a number was sent."""
        self._thought = False
        self._spoke_before = False
        self._early = False
        self._repeats = False
        self._told: Usage | None = None
        self._cited: set[str] = set()
        self._texts = SurrogateJoiner()
        self._thoughts = SurrogateJoiner()

    def begin(self, headers: Mapping[str, str]) -> None:
        """Take in the headers of the response."""
        self.headers = headers
        self.request_id = next((headers[each] for each in _REQUEST_IDS if each in headers), None)

    def next_event(self) -> None:
        """Take in that another event is read."""
        self._spoke_before = self.said

    @property
    def complete(self) -> bool:
        """Whether the reply is whole as far as can be known: what breaks now breaks nothing.

        A reason for stopping is not believed before the first word, nor from a server that gives one with every piece.
        """
        return self.ended or (self.stop is not None and self.said and not self._repeats)

    @property
    def grace(self) -> float | None:
        """Seconds that are waited for more; `None`: as long as it takes."""
        if not self.complete:
            return None
        return END_GRACE if self.ended else EARLY_GRACE if self._early else FINISH_GRACE

    def text(self, piece: object) -> list[ProviderEvent]:
        """Return the piece of reply, unless it is empty."""
        if not isinstance(piece, str) or not (text := self._texts.join(piece)):
            return []
        self._repeats = self._repeats or self.stop is not None
        self.said = True
        return [TextDelta(text)]

    def thinking(self, piece: object) -> list[ProviderEvent]:
        """Return the piece of thinking, unless it is empty."""
        if not isinstance(piece, str) or not (text := self._thoughts.join(piece)):
            return []
        self._thought = True
        return [ThinkingDelta(text)]

    def citation(self, url: object, title: object = None) -> list[ProviderEvent]:
        """Return the source, unless it was named before or is no address."""
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or url in self._cited:
            return []
        self._cited.add(url)
        name = join_surrogates(title) if isinstance(title, str) and title else None
        return [Citation(join_surrogates(url), name)]

    def used(self, usage: Usage) -> list[ProviderEvent]:
        """Return the usage, which replaces what was known, unless it is the same.

        A request is never of no tokens, nor is a reply with words in it: whoever says so does not count.
        """
        if usage != Usage():
            usage = self._counted(usage)
            if usage == Usage(tier=usage.tier):
                return []
        if usage == self._told:
            return []
        self.usage = self._told = usage
        return [UsageUpdate(usage)]

    def _counted(self, usage: Usage) -> Usage:
        """Return the usage without counts of nothing that cannot be true."""
        read = usage.input or None
        written = usage.output if usage.output or not self.said else None
        nothing = read is None and not written
        return structs.replace(
            usage,
            input=read,
            output=None if nothing else written,
            billed=usage.billed or (None if nothing else usage.billed),
        )

    def searching(self, text: str) -> list[ProviderEvent]:
        """Return a notice that the web is searched."""
        return [Notice("search", text)]

    def finish(self, reason: object, why: object = "") -> list[ProviderEvent]:
        """Take in the server's reason for stopping; say it in words where nobody knows it.

        Raises:
            Interrupted: the reason is that something broke.
        """
        meaning = finish_meaning(reason)
        if meaning == "none":
            return []
        shown = plain(str(reason), 60)
        if meaning == "cut":
            raise self.errors.broke_off(shown)
        first = self.why != shown
        self.stop = meaning
        self._early = not self._spoke_before
        self.why = why if isinstance(why, str) and why else shown
        if meaning != "unknown" or not first:
            return []
        words = f'The server ended the reply with a reason that mixchat does not know ("{shown}"); it may not be whole.'
        return [Notice("info", words)]

    def refuse(self, why: str) -> None:
        """Take in that the model or a filter declined."""
        self.stop, self.why = "refused", why

    def fail_on_error(self, event: WireEvent) -> None:
        """Raise the error that `event` is, if it is one: by its name, or by the shape of its JSON."""
        if event.name == "error" or is_error(event.data):
            raise self.errors.failure(event.data)

    def end(self) -> StreamEnd:
        """Return the end of the reply.

        Raises:
            Interrupted: nothing says that the reply is whole, or there was not a word.
            Refused: the model declined before the first word.
            LimitUsedUp: the limit of tokens was used up before the first word.
        """
        if self.stop is None and self.ended and self.said:
            self.stop = "end"
        if self.stop is None:
            raise self.errors.cut()
        if not self.said:
            raise self._nothing_said()
        return StreamEnd(self.stop, self.usage, self.request_id)

    def _nothing_said(self) -> Exception:
        if self.stop == "refused":
            return self.errors.refused(self.why)
        if self.stop == "length":
            return self.errors.limit_used_up(self.limit, thought=self._thought)
        return self.errors.empty(self.why if self.stop == "unknown" else "")
