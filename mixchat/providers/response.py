"""Looks at a 200 before it is read as a stream: a login page has no events, and no SDK says so."""

import json
from typing import TYPE_CHECKING

from mixchat.providers.border import Border
from mixchat.providers.reading import table
from mixchat.words.error import ProviderError

if TYPE_CHECKING:
    import httpx
    import httpx2


async def check_stream(response: "httpx2.Response | httpx.Response", border: Border) -> None:
    """Refuse a response that is no stream.

    Raises:
        ProviderError: the error that a JSON body tells of; `Unreachable` for a page.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"application/json", "text/json"}:
        raise await _told(response, border)
    if kind.startswith(("text/html", "image/", "application/xml", "application/xhtml")):
        raise border.not_a_reply(kind)


async def _told(response: "httpx2.Response | httpx.Response", border: Border) -> ProviderError:
    body = table(json.loads(await response.aread() or b"null"))
    if "error" in body:
        return border.failure(body, headers=response.headers)
    return border.not_a_reply("application/json")
