"""What has been read of a reply so far, and whether that is a whole one."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from mixchat.domain.errors import ProviderError
from mixchat.domain.events import Notice, ProviderEvent, StreamEnd, TextDelta, ThinkingDelta, UsageUpdate
from mixchat.domain.turn import Citation, Stop
from mixchat.domain.usage import Usage
from mixchat.providers.errors import ErrorMapper

if TYPE_CHECKING:
    import httpx
    import httpx2


_FIRST: Final = ("\ud800", "\udbff")
"""The lowest and highest first half of a character outside the basic plane."""


class SurrogateJoiner:
    """Puts halves together again that come in two pieces; a half that stays alone becomes U+FFFD."""

    def __init__(self) -> None:
        self._held = ""

    def join(self, piece: str) -> str:
        """Return the whole characters that are there now; a first half at the end waits for the next piece."""
        text, self._held = self._held + piece, ""
        if text.isascii():
            return text
        if _FIRST[0] <= text[-1] <= _FIRST[1]:
            text, self._held = text[:-1], text[-1]
        return join_surrogates(text)


def join_surrogates(text: str) -> str:
    """Return `text` with its halves joined where two stand side by side, else replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


Event = Any
"""One event as a library hands it over: no two shape it alike, and a server may send what it likes."""


class EventParser(Protocol):
    """Turns a protocol's events into ours."""

    @property
    def state(self) -> "StreamState":
        """Return what was read so far."""
        ...

    def read(self, event: Event) -> Sequence[ProviderEvent]:
        """Return what `event` says; raise the error that it tells of."""
        ...


class StreamState:
    """The state of one reply. Each protocol's reader fills it in."""

    def __init__(self, mapper: ErrorMapper) -> None:
        self.mapper = mapper
        self.usage = Usage()
        self.stop: Stop | None = None
        """The finishing marker, once it came."""
        self.settled = False
        """Nothing that matters can follow."""
        self.request_id: str | None = None
        self.why = ""
        """What a refusal says."""
        self.said = False
        """Whether there was a word of reply."""
        self._told: Usage | None = None
        self._cited: set[str] = set()
        self._texts = SurrogateJoiner()
        self._thoughts = SurrogateJoiner()

    def text(self, piece: object) -> list[ProviderEvent]:
        """Return the piece of reply, unless it is empty."""
        if not isinstance(piece, str) or not (text := self._texts.join(piece)):
            return []
        self.said = True
        return [TextDelta(text)]

    def thinking(self, piece: object) -> list[ProviderEvent]:
        """Return the piece of thinking, unless it is empty."""
        if not isinstance(piece, str) or not (text := self._thoughts.join(piece)):
            return []
        return [ThinkingDelta(text)]

    def citation(self, url: object, title: object = None) -> list[ProviderEvent]:
        """Return the source, unless it was named before or is no address."""
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or url in self._cited:
            return []
        self._cited.add(url)
        return [
            Citation(
                join_surrogates(url), join_surrogates(title) if isinstance(title, str) and title else None
            )
        ]

    def used(self, usage: Usage) -> list[ProviderEvent]:
        """Return the usage, which replaces what was known, unless it is the same."""
        if usage == self._told:
            return []
        self.usage = self._told = usage
        return [UsageUpdate(usage)]

    def searching(self, text: str) -> list[ProviderEvent]:
        """Return a notice that the web is searched."""
        return [Notice("search", text)]

    def end(self) -> StreamEnd:
        """Return the end of the reply.

        Raises:
            Interrupted: the finishing marker is missing, or there was not a word.
            Refused: the model declined before the first word.
        """
        if self.stop is None:
            raise self.mapper.cut()
        if not self.said:
            if self.stop == "refused":
                raise self.mapper.refused(self.why)
            raise self.mapper.empty(length=self.stop == "length")
        return StreamEnd(self.stop, self.usage, self.request_id)


def count(value: object) -> int | None:
    """Return a token count, or `None` for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def total(*counts: int | None) -> int | None:
    """Return the sum of the counts that are known, or `None` when none is."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def table(value: object) -> Mapping[str, object]:
    """Return a JSON object, or an empty one for what is none; an SDK's model gives its fields."""
    if not isinstance(value, Mapping) and callable(fields := getattr(value, "to_dict", None)):
        value = fields(warnings=False)  # odd values are for our reader to judge
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def listing(value: object) -> list[object]:
    """Return a JSON array, or an empty one for what is none."""
    return cast("list[object]", value) if isinstance(value, list) else []


def tables(value: object) -> list[Mapping[str, object]]:
    """Return the objects of a JSON array."""
    return [table(item) for item in listing(value)]


async def check_stream(response: "httpx2.Response | httpx.Response", mapper: ErrorMapper) -> None:
    """Refuse a response that is no stream.

    Raises:
        ProviderError: the error that a JSON body tells of; `Unreachable` for a page.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"application/json", "text/json"}:
        raise await _told(response, mapper)
    if kind.startswith(("text/html", "image/", "application/xml", "application/xhtml")):
        raise mapper.not_a_reply(kind)


async def _told(response: "httpx2.Response | httpx.Response", mapper: ErrorMapper) -> ProviderError:
    body = table(json.loads(await response.aread() or b"null"))
    if "error" in body:
        return mapper.failure(body, headers=response.headers)
    return mapper.not_a_reply("application/json")
