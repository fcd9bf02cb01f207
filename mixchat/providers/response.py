"""Looks at a 200 before it is read as a stream: a login page has no events, and no SDK says so."""

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, TypeVar

from mixchat.providers.border import Border
from mixchat.providers.reading import table

if TYPE_CHECKING:
    import httpx
    import httpx2

E = TypeVar("E")


async def stream_of(
    events: AsyncIterator[E], response: "httpx2.Response | httpx.Response", border: Border
) -> AsyncIterator[E]:
    """Return `events` if the response is a stream.

    Raises:
        ProviderError: the error that a JSON body tells of; `Unreachable` for a page.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"application/json", "text/json"}:
        raise await _told(response, border)
    if kind.startswith(("text/html", "image/", "application/xml", "application/xhtml")):
        raise border.not_a_reply(kind)
    return events


async def _told(response: "httpx2.Response | httpx.Response", border: Border) -> Exception:
    body = table(json.loads(await response.aread() or b"null"))
    if "error" in body:
        return border.failure(body, headers=response.headers)
    return border.not_a_reply("application/json")
